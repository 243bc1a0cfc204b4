"""Every rule of the three catalogues answers: no case of it breaks the engine, and each answer explains itself."""

from __future__ import annotations

import json
import random
from typing import Any

import msgspec
import pytest

from transire.origin.catalogue import ProductRule, catalogue
from transire.origin.code import headings
from transire.origin.determine import determine
from transire.origin.reading import read_case

CODES = [heading + end for heading, ends in headings().items() for end in ends]
DAYS = {"nafta": "2019-05-02", "usmca": "2026-05-02", "cafta_dr": "2026-05-02"}
FACTS = ("cut_and_sewn", "chemical_reaction", "gri_2a", "parts_of_the_good", "simple_assembly")


def a_case(agreement: str, rule: ProductRule, drawn: random.Random) -> dict[str, Any]:
    first = drawn.choice(rule.ranges).first
    near = [code for code in drawn.sample(CODES, 60) if code[:2] == first[:2]]
    bill = [
        {
            "id": f"m{at}",
            "tariff": code,
            "value": str(drawn.randint(0, 60)),
            "weight": "1",
            "origin": drawn.choice(["originating", "non_originating", "non_originating", "unknown"]),
            "facts": [{"fact": name, "value": drawn.random() < 0.5} for name in FACTS if drawn.random() < 0.1],
        }
        for at, code in enumerate([*drawn.sample(CODES, 2), *near, first])
    ]
    good = {
        "tariff": first,
        "value": {"transaction": "200"},
        "facts": [{"fact": name, "value": drawn.random() < 0.7} for name in FACTS if drawn.random() < 0.4],
    }
    trade = {"exporter_country": "MX", "importer_country": "US"} if agreement != "cafta_dr" else {}
    costs = {"product": "50", "excluded": {"unspecified": "5"}}
    return {
        "agreement": agreement,
        "import_date": DAYS[agreement],
        "good": good,
        "materials": bill,
        "costs": costs,
    } | trade


@pytest.mark.parametrize("agreement", DAYS)
def test_every_rule_answers(agreement: str) -> None:
    drawn = random.Random(401)
    outcomes = set()
    for rule in catalogue(agreement).rules:
        answer = determine(read_case(json.dumps(a_case(agreement, rule, drawn))))
        outcomes.add(answer.outcome)
        assert msgspec.json.encode(answer)
        assert answer.rule is None or answer.rule.citation
        if answer.outcome == "originating":
            assert answer.criterion is not None
            assert all(test.met is not False or test.test in TRIED for test in answer.tests)
        if answer.outcome == "undetermined":
            assert answer.missing
            assert all(one.fact and one.why and one.asked_by for one in answer.missing)
        if answer.outcome == "not_originating":
            assert any(test.met is False for test in answer.tests)
    assert outcomes == {"originating", "not_originating", "undetermined"}


TRIED = {"tariff shift", "regional value content", "method of value content", "de minimis"}
"""Tests that an originating good may have failed on the way: a tolerance, another method or parts stood in for them."""
