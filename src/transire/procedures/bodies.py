"""Pieces of JSON Schema 2020-12 that the bodies of statements are made of.

A body is closed: a member it does not name is refused, because what a statement says must be readable whole by whoever
holds it to account. Formats are patterns, since `format` alone asserts nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transire.ledger import fields
from transire.ledger.fields import BYTES_32

Schema = dict[str, Any]

IDENTIFIER: Schema = {"type": "string", "pattern": f"^{BYTES_32}$", "maxLength": 43}
DATE: Schema = {"type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"}
DID: Schema = {"type": "string", "pattern": f"^{fields.DID}$", "maxLength": fields.MAX_DID}
LINE: Schema = {"type": "integer", "minimum": 1, "maximum": 9999}


def text(longest: int) -> Schema:
    """A sentence written by a person; never empty."""
    return {"type": "string", "minLength": 1, "maxLength": longest, "pattern": r"\S"}


def one_of(*values: str) -> Schema:
    return {"type": "string", "enum": list(values)}


def list_of(items: Schema, *, least: int = 0, most: int = 999) -> Schema:
    return {"type": "array", "items": items, "minItems": least, "maxItems": most, "uniqueItems": True}


def claimed_lines(claim: Mapping[str, Any]) -> list[int]:
    """The lines of an entry that a claim, as a statement of filing writes it, speaks for: its own, and those beside it.

    >>> claimed_lines({"line": 1, "also": [4, 5]})
    [1, 4, 5]
    """
    return [claim["line"], *claim.get("also", ())]


def closed(properties: dict[str, Schema], *, optional: tuple[str, ...] = ()) -> Schema:
    """An object with exactly these members; all are required but the optional ones."""
    return {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }
