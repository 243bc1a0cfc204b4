"""Write the JSON Schemas of the receipts into `spec/`, from the classes that read them."""

from __future__ import annotations

from pathlib import Path

from transire.ledger.proof.forms import TYPES
from transire.ledger.proof.schema import file_name, schema_text

SPEC = Path(__file__).resolve().parents[1] / "spec"


def main() -> None:
    for name in TYPES:
        (SPEC / file_name(name)).write_text(schema_text(name), encoding="utf-8")


if __name__ == "__main__":
    main()
