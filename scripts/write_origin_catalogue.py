"""Write the shipped catalogues of product-specific rules from the official texts.

`python scripts/write_origin_catalogue.py FOLDER` reads nafta_annex401_rules.tsv, usmca_gn11_rules.tsv,
usmca-rules-of-origin-regulations.md (section 13) and cafta_dr_gn29_rules.tsv in the folder and writes
src/transire/origin/data/rules. The texts themselves are not shipped.
"""

from __future__ import annotations

import sys
from pathlib import Path

from transire.origin.agreements import agreement
from transire.origin.compiling import Row, catalogue_bytes, compile_catalogue, edition_of, read_rows
from transire.origin.regulations import section_13

RULES = Path(__file__).resolve().parents[1] / "src" / "transire" / "origin" / "data" / "rules"
TABLES = {
    "nafta": "nafta_annex401_rules.tsv",
    "usmca": "usmca_gn11_rules.tsv",
    "cafta_dr": "cafta_dr_gn29_rules.tsv",
}
REGULATIONS = "usmca-rules-of-origin-regulations.md"


def rows_of(folder: Path, agreement_id: str) -> tuple[Row, ...]:
    """The texts of one agreement, in the order of their sources."""
    with (folder / TABLES[agreement_id]).open(encoding="utf-8", newline="") as file:
        rows = read_rows(file)
    if agreement_id != "usmca":
        return rows
    with (folder / REGULATIONS).open(encoding="utf-8") as lines:
        automotive = tuple(section_13(lines))
    listed = {row.scope for row in automotive}
    return (*(row for row in rows if row.scope not in listed), *automotive)


def compiled(folder: Path, agreement_id: str) -> bytes:
    """The catalogue of one agreement, as it is shipped."""
    rows = rows_of(folder, agreement_id)
    return catalogue_bytes(compile_catalogue(rows, agreement(agreement_id), edition_of(agreement_id)))


def main() -> None:
    """Write the three files."""
    folder = Path(sys.argv[1])
    RULES.mkdir(exist_ok=True)
    for agreement_id in TABLES:
        (RULES / f"{agreement_id}.json").write_bytes(compiled(folder, agreement_id))


if __name__ == "__main__":
    main()
