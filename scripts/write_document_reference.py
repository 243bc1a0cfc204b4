"""Write docs/reference/documents.md from the schemas and tables of `transire.documents`."""

from __future__ import annotations

from pathlib import Path

from transire.documents.reference import reference_page

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "documents.md"


def main() -> None:
    PAGE.write_text(reference_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
