"""An answer to a request of customs: words, and the documents they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from transire.documents.wire import make_subject, read_document

SCHEMA_ID = "evidence/1"


class Attachment(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A document that is sent with the answer, by its document id."""

    document: str
    title: str
    schema_id: str | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """The answer to one request, which is named by the id of its statement."""

    request: str
    answer: str
    answered_on: date
    entry: str | None = None
    line_number: int | None = None
    attachments: tuple[Attachment, ...] = ()


def read_evidence(document: Mapping[str, Any]) -> Evidence:
    """Read a credential that must be an answer with evidence, checking all of it first."""
    return read_document(SCHEMA_ID, document, Evidence)


def evidence_subject(evidence: Evidence) -> dict[str, Any]:
    """The credential subject of an answer, checked against its schema."""
    return make_subject(SCHEMA_ID, evidence)
