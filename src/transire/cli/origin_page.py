"""An answer as a page that a person can read, the way the law reads: question, what was found, what was needed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Final

import click

from transire.cli.text import printable
from transire.origin.agreements import agreement
from transire.origin.answer import Answer, Figures, Headroom, Tested
from transire.origin.case import Case

_WIDTH: Final = 100
_OUTCOMES: Final = {
    "originating": ("ORIGINATING", "green"),
    "not_originating": ("NOT ORIGINATING", "red"),
    "undetermined": ("UNDETERMINED", "yellow"),
}
_MET: Final = {True: ("met", "green"), False: ("NOT MET", "red"), None: ("open", "yellow")}
_FIGURES: Final = (
    ("transaction_value", "transaction value"),
    ("adjusted_value", "adjusted value"),
    ("total_cost", "total cost"),
    ("excluded_costs", "excluded costs"),
    ("net_cost", "net cost"),
    ("value_originating", "value of originating materials"),
    ("value_non_originating", "value of non-originating materials"),
    ("regional_value_content", "regional value content, per cent"),
    ("regional_value_content_needed", "  needed"),
    ("de_minimis_share", "share that does not change"),
    ("de_minimis_base", "  of"),
)
_HEADROOM: Final = (
    ("value_non_originating_may_rise", "non-originating value may rise by"),
    ("value_may_fall", "value of the good may fall by"),
    ("value_originating_may_fall", "originating value may fall by"),
    ("not_shifting_may_rise", "what does not change may rise by"),
)


def page_of(case: Case, answer: Answer) -> str:
    """The page of one answer."""
    return "\n".join([*_question(case, answer), *_answer(case, answer), *_body(answer), ""])


def _question(case: Case, answer: Answer) -> Iterator[str]:
    good = case.good
    name = f" {good.description}" if good.description else ""
    title = f"{answer.case}: " if answer.case else ""
    yield _wrapped(
        f"{title}does the good{name} of {good.tariff}, imported on {case.import_date}, originate under "
        f"{agreement(case.agreement).short}?",
        "",
    )


def _answer(case: Case, answer: Answer) -> Iterator[str]:
    word, colour = _OUTCOMES[answer.outcome]
    line = click.style(word, fg=colour, bold=True)
    if answer.criterion is not None:
        criterion = agreement(case.agreement).criteria.get(answer.criterion)
        line += f", criterion {answer.criterion}" + (f": {criterion.title}" if criterion else "")
    if answer.method is not None:
        line += f" (by {answer.method.replace('_', ' ')})"
    yield f"  {line}"
    yield ""


def _body(answer: Answer) -> Iterator[str]:
    if answer.rule is not None:
        alternative = f", alternative {answer.rule.alternative}" if answer.rule.alternative else ""
        yield f"Rule {printable(answer.rule.scope)}{alternative}: {printable(answer.rule.citation)}"
        yield _wrapped(answer.rule.text, "  ")
        yield ""
    for number, test in enumerate(answer.tests, start=1):
        yield from _test(number, test)
    yield from _section("Figures", _figures(answer.figures))
    yield from _section("Missing", (f"{one.fact}: {one.why} ({one.asked_by})" for one in answer.missing))
    yield from _section("Headroom", _headroom(answer.headroom))
    yield from _section("Notices", answer.notices)


def _test(number: int, test: Tested) -> Iterator[str]:
    word, colour = _MET[test.met]
    yield f"{number}. {test.test}: {click.style(word, fg=colour)}"
    yield _wrapped(f"needed: {test.needed}", "     ")
    yield _wrapped(f"found:  {test.found}", "     ")
    yield _wrapped(f"({test.citation})", "     ")


def _figures(figures: Figures) -> Iterator[str]:
    for name, title in _FIGURES:
        value = getattr(figures, name)
        if value is not None:
            yield f"{title:<36} {value.replace('_', ' ')}"
    if figures.materials_not_shifting:
        yield "materials that do not change: " + ", ".join(figures.materials_not_shifting)


def _headroom(headroom: Headroom) -> Iterator[str]:
    for name, title in _HEADROOM:
        value = getattr(headroom, name)
        if value is not None:
            words = title.replace("may rise", "must fall") if value.startswith("-") else title
            words = words.replace("may fall", "must rise") if value.startswith("-") else words
            yield f"{words:<36} {value.removeprefix('-')}"
    for one in headroom.materials_to_source:
        yield f"source {one.material} in the region: {one.why}"
    if headroom.alternative is not None:
        yield f"the nearest way is alternative {headroom.alternative}"


def _section(title: str, lines: Iterator[str] | tuple[str, ...]) -> Iterator[str]:
    told = [_wrapped(line, "  ") for line in lines]
    if told:
        yield ""
        yield f"{title}:"
        yield from told


def _wrapped(text: str, indent: str) -> str:
    return textwrap.fill(printable(text), _WIDTH, initial_indent=indent, subsequent_indent=f"{indent}  ")
