"""What codes alone decide is decided twice: by comparisons of digits and by the general judge, and both agree."""

from __future__ import annotations

import random

import pytest

from transire.origin.catalogue import catalogue
from transire.origin.code import headings
from transire.origin.determination.shift import Shift
from transire.origin.rule.tree import Change

CODES = [heading + end for heading, ends in headings().items() for end in ends]


@pytest.mark.parametrize("agreement", ["nafta", "usmca", "cafta_dr"])
def test_the_compiled_form_of_a_change_says_what_the_general_judge_says(agreement: str) -> None:
    drawn, compiled = random.Random(7), 0
    for rule in drawn.sample(catalogue(agreement).rules, min(400, len(catalogue(agreement).rules))):
        for alternative in rule.rule.alternatives:
            if not isinstance(alternative.way, Change):
                continue
            good = rule.ranges[0].last.ljust(8, "0")
            shift = Shift(alternative.way, rule.rule, good)
            if shift.by_codes is None:
                continue
            compiled += 1
            near = [code for code in drawn.sample(CODES, 40) if code[:2] == good[:2]]
            named = [one.first.ljust(8, "0") for one in alternative.way.target.codes]
            for code in [*drawn.sample(CODES, 12), *near, *named, good]:
                code = code.ljust(8, "0")
                general = shift._judged(code, ()).verdict
                # By its heading where that tells, and by its own digits.
                assert shift.judge(code).verdict == shift.by_codes.accepts(code) == general
    assert compiled > 10
