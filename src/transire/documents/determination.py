"""Determinations of origin: what the engine found of one good, with the case that it was asked, as one document.

Case and answer are carried whole, as JSON text in the words of the origin case: a bill of many levels is deeper than a
document may be (canonical JSON ends at 16 levels), and a text keeps its bytes. The fields beside them are what lists
and certifications read, and have to say the same. What it is not: a finding by customs, or a certification.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Literal

import msgspec

from transire.documents.certification import RuleOfOrigin
from transire.documents.parties import Party
from transire.documents.wire import make_subject, read_document
from transire.origin.answer import Answer, Outcome
from transire.origin.case import Case
from transire.origin.reading import read_case

SCHEMA_ID: Final = "origin-determination/1"


def json_text(value: msgspec.Struct) -> str:
    """A case or an answer as text: the same value gives the same bytes.

    >>> from transire.origin.answer import Answer
    >>> json_text(Answer(outcome="originating", case="A"))
    '{"outcome":"originating","case":"A"}'
    """
    return msgspec.json.encode(value, order="deterministic").decode()


class Input(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """Where the facts at a place of the case (a JSON pointer) and below it came from."""

    place: str
    comes_from: str
    document: str | None = None


class Determination(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One good under one agreement, as its producer's engine determined it."""

    agreement: Literal["nafta", "usmca", "cafta_dr"]
    producer: Party
    product_number: str
    description: str
    tariff_number: str
    determined_for: date
    outcome: Outcome
    origin_case: str
    origin_answer: str
    inputs: tuple[Input, ...]
    determined_by: str
    origin_criterion: str | None = None
    rule_of_origin: RuleOfOrigin | None = None

    @property
    def case(self) -> Case:
        """The case, in types."""
        return read_case(self.origin_case)

    @property
    def answer(self) -> Answer:
        """The answer, in types."""
        return msgspec.json.decode(self.origin_answer, type=Answer)


def read_determination(document: Mapping[str, Any]) -> Determination:
    """Read a credential that must be a determination of origin, checking all of it first."""
    return read_document(SCHEMA_ID, document, Determination)


def determination_subject(determination: Determination) -> dict[str, Any]:
    """The credential subject of a determination, checked against its schema."""
    return make_subject(SCHEMA_ID, determination)
