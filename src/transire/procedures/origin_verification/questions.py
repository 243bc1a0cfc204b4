"""The catalogue of questions that an officer chooses from, as data: what is asked, of whom, by which law.

A code has one meaning for ever: statements carry it. `documents` are the types that answer the question in one click.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from transire.procedures.origin_verification.errors import QuestionUnknown

Side = Literal["importer", "exporter", "producer"]


class Question(msgspec.Struct, frozen=True):
    """One question; `asks` are those to whom it can be put."""

    code: str
    text: str
    asks: tuple[Side, ...]
    documents: tuple[str, ...]
    citation: str


class _Catalogue(msgspec.Struct, frozen=True):
    questions: tuple[Question, ...]


@cache
def questions() -> tuple[Question, ...]:
    """Every question, in the order in which they are offered."""
    raw = (files(__package__) / "questions.json").read_bytes()
    return msgspec.json.decode(raw, type=_Catalogue).questions


def questions_for(side: Side) -> tuple[Question, ...]:
    """The questions that can be put to one side.

    >>> [question.code for question in questions_for("importer")][:2]
    ['certification', 'invoice']
    """
    return tuple(question for question in questions() if side in question.asks)


def chosen(codes: Iterable[str]) -> tuple[Question, ...]:
    """The questions of these codes, in the order of the catalogue; refuse a code that is not in it."""
    wanted = dict.fromkeys(codes)
    known = {question.code for question in questions()}
    for code in wanted:
        if code not in known:
            raise QuestionUnknown(got=code[:40], expected=", ".join(sorted(known)))
    return tuple(question for question in questions() if question.code in wanted)


def in_words(asked: Sequence[Question], words: str = "") -> str:
    """All that is asked as one text: what the statement says to whoever knows no catalogue."""
    return "\n".join([*(question.text for question in asked), *([words] if words else [])])
