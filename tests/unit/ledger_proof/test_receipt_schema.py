"""The published JSON Schema says what the reader demands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ledger_world import PRODUCER
from receipt_alterations import alterations
from receipt_world import tell
from transire.crypto.canonical import canonical_bytes
from transire.ledger.proof.errors import NotAReceipt, ReceiptMalformed
from transire.ledger.proof.forms import TYPES
from transire.ledger.proof.reading import read_receipt
from transire.ledger.proof.schema import file_name, receipt_schema, schema_text

SPEC = Path(__file__).resolve().parents[3] / "spec"
STORY = tell()


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = receipt_schema(name)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("name", TYPES)
def test_the_published_file_is_written_from_the_code(name: str) -> None:
    assert (SPEC / file_name(name)).read_text() == schema_text(name), "run scripts/write_receipt_schemas.py"


def test_both_types_of_receipt_are_valid() -> None:
    assert list(validator("statement/1").iter_errors(json.loads(STORY.receipt()))) == []
    action = STORY.chain.receipt(STORY.action, status_of=[(PRODUCER, STORY.document.commitment)])
    assert list(validator("action/1").iter_errors(json.loads(action))) == []


def test_schema_and_reader_refuse_the_same_forms() -> None:
    """Order and double names are the reader's alone: a schema cannot say them."""
    schema = validator("statement/1")
    for name, altered in alterations(json.loads(STORY.receipt())):
        assert schema.is_valid(altered) == _is_read(altered), name


def _is_read(receipt: dict[str, Any]) -> bool:
    try:
        read_receipt(canonical_bytes(receipt))
    except NotAReceipt:
        return False
    except ReceiptMalformed as error:
        return error.where is not None  # the reader's own rules: order, each once
    return True
