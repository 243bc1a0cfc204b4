"""Between the typed structs of this room and the credential subjects of the wire, in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from transire.documents.catalogue import validate_document, validate_subject
from transire.documents.codes import decimal_text

T = TypeVar("T", bound=msgspec.Struct)


def read_document(schema_id: str, document: Mapping[str, Any], kind: type[T]) -> T:
    """Check a whole credential against its type and read its subject."""
    validate_document(schema_id, document)
    return msgspec.convert(document["credentialSubject"], type=kind)


def read_subject(schema_id: str, subject: Mapping[str, Any], kind: type[T]) -> T:
    """Check a credential subject that is not yet issued, and read it."""
    validate_subject(schema_id, subject)
    return msgspec.convert(subject, type=kind)


def make_subject(schema_id: str, content: msgspec.Struct) -> dict[str, Any]:
    """The credential subject of a struct, checked: what is issued can always be read again."""
    subject = as_wire(content)
    validate_subject(schema_id, subject)
    return subject


def as_wire(content: msgspec.Struct) -> dict[str, Any]:
    """The struct as JSON values, decimals and dates as text; nothing is checked (drafts are allowed to be wrong)."""
    built: dict[str, Any] = _texts(msgspec.to_builtins(content, builtin_types=(Decimal, date)))
    return built


def _texts(value: Any) -> Any:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _texts(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_texts(element) for element in value]
    return value
