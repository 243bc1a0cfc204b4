"""Tariff shifts compared with another implementation: originshift, on its rules of 19 CFR 102.20.

Thousands of random goods and materials, half of them near the rule. A disagreement is allowed where it is explained:
words that one of the two leaves to the codes, or a sentence that one of the two reads otherwise; those are listed.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, Final

import pytest

from transire.origin.code import headings
from transire.origin.determination.shift import Shift
from transire.origin.errors import RuleNotUnderstood
from transire.origin.rule.codes import CodeRange
from transire.origin.rule.reading import read_rule
from transire.origin.rule.tree import Change, Goods

originshift = pytest.importorskip(
    "originshift", reason="NOT TESTED: originshift, with its rules of 19 CFR 102.20, is not installed"
)

TARGETED: Final = "an exception for a change to one subheading alone is read there for every good of the rule"
EXPLAINED: Final = {
    "102.20/2826.12-2833.19": TARGETED,
    "102.20/2835.29-2835.39": TARGETED,
    "102.20/2933.11-2934.99": TARGETED,
    "102.20/2937-2941": TARGETED,
    "102.20/3201.10-3202.90": TARGETED,
    "102.20/3501.10-3501.90": TARGETED,
    "102.20/3502.20-3502.90": TARGETED,
    "102.20/3503-3504": TARGETED,
    "102.20/3922-3926": TARGETED,
    "102.20/4817-4822": TARGETED,
    "102.20/8479.10-8479.89": TARGETED,
    "102.20/8507.10-8507.80": TARGETED,
    "102.20/2903.82-2904.99": '"any other subheading within that group" is read there without its last words',
    "102.20/3825.10-3825.69": '"except from Chapter 28 through 38, 40 or 90": chapter 90 is lost there',
    "102.20/4811": '"or any other heading" after named strips or rolls is lost there',
    "102.20/3002.12-3002.90": "the second group of the target, subheadings of heading 3822, is kept as words here",
}
"""Rules on which the two say yes and no of the same codes, each looked at in the text."""

NEAR: Final = 8
VERDICTS: Final = {"shifted": True, "not_shifted": False, "excluded": False, "needs_judgement": None}


def all_subheadings() -> list[str]:
    return [heading + end for heading, ends in headings().items() for end in ends]


def alternatives() -> Iterator[tuple[str, Any, Change, Any]]:
    """Every alternative that both have read as a change which codes can settle: rule, ours, way, theirs."""
    for rule in originshift.Corpus.load().rules:
        try:
            ours = read_rule(rule.text)
        except RuleNotUnderstood:
            continue
        if len(ours.alternatives) != len(rule.alternatives):
            continue
        for mine, theirs in zip(ours.alternatives, rule.alternatives, strict=True):
            structured = theirs.shift is not None and not theirs.unparsed_reason and theirs.shift.fully_decidable
            if structured and not theirs.condition and isinstance(mine.way, Change):
                yield rule.rule_id, ours, mine.way, theirs


def test_shifts_agree_with_originshift_or_the_disagreement_is_explained() -> None:
    from originshift.resolve import _check_material

    codes, drawn = all_subheadings(), random.Random(102)
    by_chapter: dict[str, list[str]] = {}
    for code in codes:
        by_chapter.setdefault(code[:2], []).append(code)
    compared: Counter[str] = Counter()
    opposed: set[str] = set()
    for rule_id, rule, way, theirs in alternatives():
        goods = of_ranges(way.target.codes, by_chapter)
        if not goods:
            continue
        good = drawn.choice(goods)
        excluded = of_ranges([codes for one in way.source.excluded for codes in _codes(one.source)], by_chapter)
        near = by_chapter[good[:2]]
        materials = [
            good,
            *drawn.choices(codes, k=NEAR),
            *drawn.choices(near, k=NEAR),
            *drawn.choices(excluded or near, k=4),
        ]
        shift = Shift(way, rule, good)
        for material in materials:
            judged = shift.judge(material)
            their = VERDICTS[_check_material(theirs, good, material).outcome]
            compared["all"] += 1
            if judged.verdict == their:
                compared["agree"] += 1
            elif not (judged.verdict is None and judged.asked) and not (judged.verdict is not None and their is None):
                opposed.add(rule_id)
    assert compared["all"] > 15_000
    assert compared["agree"] > 0.97 * compared["all"]
    assert opposed <= set(EXPLAINED), f"not explained: {sorted(opposed - set(EXPLAINED))}"


def of_ranges(ranges: Iterable[CodeRange], by_chapter: dict[str, list[str]]) -> list[str]:
    """The subheadings that lie in ranges of chapters, headings or subheadings."""
    found = []
    for one in ranges:
        width = min(one.level, 6)
        for chapter in range(int(one.first[:2]), int(one.last[:2]) + 1):
            listed = by_chapter.get(f"{chapter:02}", ())
            found += [code for code in listed if one.first[:width] <= code[:width] <= one.last[:width]]
    return found


def _codes(source: object) -> tuple[CodeRange, ...]:
    return source.codes if isinstance(source, Goods) else ()
