"""The JSON Schema of each type of receipt, written from the classes that read it: `spec/receipt.<type>.schema.json`.

`scripts/write_receipt_schemas.py` writes the files, and a test compares them with this module's output, so that the
published schema cannot fall behind.
"""

from __future__ import annotations

from typing import Any, Final, cast

import msgspec

from transire.crypto.canonical import Json
from transire.ledger.proof.forms import TYPES

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_REFERENCE: Final = "#/$defs/{name}"


def receipt_schema(name: str) -> dict[str, Json]:
    """The schema of a type of receipt, such as `statement/1`."""
    form = TYPES[name]
    _, parts = msgspec.json.schema_components([form], ref_template=_REFERENCE)
    root = parts.pop(form.__name__)
    definitions = {part: _portable(parts[part]) for part in sorted(parts)}
    schema = {"$schema": DIALECT, "$id": f"transire:receipt:{name}", **_portable(root), "$defs": definitions}
    return cast("dict[str, Json]", schema)


def schema_text(name: str) -> str:
    """The file."""
    return msgspec.json.format(msgspec.json.encode(receipt_schema(name)), indent=2).decode() + "\n"


def file_name(name: str) -> str:
    """`statement/1` lies in `receipt.statement-1.schema.json`."""
    return f"receipt.{name.replace('/', '-')}.schema.json"


def _portable(value: Any) -> Any:
    """ECMA-262 has no \\A and \\Z, and its $ does not let a final line feed pass as Python's does."""
    if isinstance(value, dict):
        return {key: _anchored(one) if key == "pattern" else _portable(one) for key, one in value.items()}
    return [_portable(one) for one in value] if isinstance(value, list) else value


def _anchored(pattern: str) -> str:
    return pattern.replace(r"\A", "^").replace(r"\Z", "$")
