"""The texts that the rule language is measured on: three agreements' tables and the rules of 19 CFR 102.20."""

from __future__ import annotations

import csv
import json
from importlib.resources import files
from pathlib import Path

import pytest

from transire.origin.regulations import section_13

TABLES = {
    "nafta": "nafta_annex401_rules.tsv",
    "usmca": "usmca_gn11_rules.tsv",
    "cafta_dr": "cafta_dr_gn29_rules.tsv",
}


def table(shared_data: Path, agreement_id: str) -> list[tuple[str, str]]:
    """The (scope, text) rows of an agreement."""
    path = shared_data / "origin" / TABLES[agreement_id]
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["hs_scope"], row["rule_text"].strip()) for row in csv.DictReader(file, delimiter="\t")]
    if agreement_id == "usmca":
        with (path.parent / "usmca-rules-of-origin-regulations.md").open(encoding="utf-8") as lines:
            rows += [(row.scope, row.text) for row in section_13(lines)]
    return rows


def cfr_102_20() -> list[tuple[str, str]]:
    """The (scope, text) rows of 19 CFR 102.20, as the package originshift publishes them."""
    pytest.importorskip(
        "originshift", reason="NOT TESTED: originshift, with the text of 19 CFR 102.20, is not installed"
    )
    (found,) = [one for one in (files("originshift") / "data" / "corpus").iterdir() if one.name.startswith("102.20")]
    return [(rule["htsus"], rule["text"]) for rule in json.loads(found.read_text(encoding="utf-8"))["rules"]]
