"""The words of an answer: the tests that were made, in the order of the law, and the figures they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from transire.origin.amounts import HUNDRED, shown
from transire.origin.answer import NO_FIGURES, Figures, RuleUsed, Tested
from transire.origin.determination.conditions import Condition
from transire.origin.determination.content import Content, MethodFound
from transire.origin.determination.line import Line
from transire.origin.determination.moving import Moved
from transire.origin.determination.routes import Route
from transire.origin.determination.subject import Subject
from transire.origin.determination.tolerance import Tolerated
from transire.origin.determination.weighing import Weighed
from transire.origin.rule.tree import Change, NoChange, Production
from transire.origin.rule.wording import plain, say_alternative

_BASES = {
    "transaction_value": "the transaction value",
    "total_cost": "the total cost",
    "adjusted_value": "the adjusted value",
    "weight": "the weight",
}


def rule_used(subject: Subject, route: Route) -> RuleUsed | None:
    """The rule, and the alternative that is reported."""
    if route.conferred and route.conditions:
        # A note stands in the place of the rule.
        note = route.conditions[0]
        scope = subject.tariff if route.bound is None else route.bound.scope
        return RuleUsed(scope=scope, text=note.needed, edition="notes of the annex", citation=note.citation)
    if route.bound is None:
        return None
    bound = route.bound
    number = None if route.weighed is None else route.weighed.number
    return RuleUsed(
        scope=bound.scope, text=bound.text, edition=bound.edition, citation=bound.citation, alternative=number
    )


def figures_of(subject: Subject, content: Content | None, weighed: Weighed | None) -> Figures:
    """Every figure that was used, unrounded: of a value content, and of the alternative that was weighed."""
    bill = subject.bill
    best = None if content is None else content.best
    tolerance = _tolerance(weighed)
    failing = weighed.moved.failing if weighed is not None and weighed.moved is not None else ()
    if best is None and tolerance is None and not failing:
        return NO_FIGURES
    base = None if tolerance is None else tolerance.base
    method = None if best is None else best.method
    net = method == "net_cost"
    return Figures(
        total_cost=_amount(bill.total_cost) if net or base == "total_cost" else None,
        excluded_costs=shown(bill.excluded) if net and bill.costs_known else None,
        net_cost=_amount(bill.net_cost) if net else None,
        value_non_originating=None if best is None or bill.unvalued_foreign else shown(best.foreign),
        value_originating=None if best is None else shown(bill.value_originating),
        transaction_value=_amount(subject.transaction_value)
        if method == "transaction_value" or base == "transaction_value"
        else None,
        adjusted_value=_amount(subject.adjusted_value)
        if method in ("build_up", "build_down") or base == "adjusted_value"
        else None,
        regional_value_content=None if best is None else best.content,
        regional_value_content_needed=None if best is None else plain(best.needed),
        de_minimis_share=None if tolerance is None else tolerance.share(),
        de_minimis_base=base,
        materials_not_shifting=tuple([line.id for line in failing]) if failing else (),
    )


def tests_of(subject: Subject, route: Route, general: Sequence[Condition]) -> tuple[Tested, ...]:
    """The tests in the order in which the law asks them."""
    citation = route.bound.citation if route.bound is not None else subject.terms.citations["product_rule"]
    said = {} if route.bound is None else route.bound.said
    tests = list(_of_weighed(route.weighed, citation, said)) if route.weighed is not None else []
    if route.kind != "product_rule" or route.weighed is None:
        tests += [_condition(one, citation) for one in route.conditions]
        if route.content is not None:
            tests += _content(route.content, None, citation)
    tests += [_condition(one, citation) for one in general]
    return tuple(tests)


def _of_weighed(weighed: Weighed, citation: str, said: dict[int, str]) -> Iterator[Tested]:
    alternative = f"alternative {weighed.number}"
    if weighed.target is None:
        needed = say_alternative(weighed.alternative)
        yield Tested(f"{alternative}: the good", citation, needed, "not declared", None)
    if weighed.moved is not None:
        yield from _moved(weighed, weighed.moved, citation, said)
    elif isinstance(weighed.alternative.way, Production):
        needed = " or ".join(weighed.alternative.way.processes)
        found = "the process that was declared is one of them" if weighed.made else "no such process is declared"
        yield Tested("process", citation, needed, found, weighed.made)
    elif isinstance(weighed.alternative.way, NoChange):
        yield Tested("tariff shift", citation, "no change in tariff classification", "none is required", True)
    if weighed.content is not None:
        yield from _content(weighed.content, weighed.waived, citation)
    for one in weighed.conditions:
        yield _condition(one, citation)


def _moved(weighed: Weighed, moved: Moved, citation: str, said: dict[int, str]) -> Iterator[Tested]:
    way = weighed.alternative.way
    assert isinstance(way, Change)
    needed = said.get(weighed.number)
    if needed is None:
        needed = said[weighed.number] = _change(weighed)
    failing = moved.failing
    found = "every non-originating material changes"
    met: bool | None = True
    if failing:
        found, met = "these do not change: " + _named(failing), False
    elif moved.combined is not False:
        found, met = "materials are together what the rule excepts", False if moved.combined else None
    elif moved.open:
        found, met = "not settled for: " + _named(moved.open), None
    yield Tested("tariff shift", citation, needed, found, met)
    if moved.tolerance is not None and (failing or moved.open):
        yield _tolerance_test(moved.tolerance)


def _change(weighed: Weighed) -> str:
    """The change alone, without value content and provisos: they have tests of their own."""
    bare = msgspec.structs.replace(weighed.alternative, value=(), provisos=(), label="")
    return say_alternative(bare)


def _tolerance_test(tolerance: Tolerated) -> Tested:
    needed = f"at most {plain(tolerance.limit)} per cent of what the law takes as base"
    if tolerance.excluded:
        found = "it does not cover " + ", ".join(f"{name} ({why})" for name, why in tolerance.excluded)
    elif tolerance.amount is None or tolerance.base is None:
        found = "not measured: neither value nor weight of the whole is stated"
    else:
        percent = tolerance.share(HUNDRED)
        found = f"{shown(tolerance.amount)}, {percent} per cent of {_BASES[tolerance.base]}"
    if tolerance.base is not None:
        needed = f"at most {plain(tolerance.limit)} per cent of {_BASES[tolerance.base]}"
    return Tested("de minimis", tolerance.citation, needed, found, tolerance.verdict)


def _content(content: Content, waived: Tolerated | None, citation: str) -> list[Tested]:
    tests = []
    if waived is not None and waived.amount is not None and waived.base is not None:
        needed = f"non-originating materials of at most {plain(waived.limit)} per cent of {_BASES[waived.base]}"
        found = f"{waived.share(HUNDRED)} per cent: no value content is needed"
        tests.append(Tested("de minimis", waived.citation, needed, found, True))
    shown_first = sorted(content.methods, key=lambda one: one is not content.best)
    for one in shown_first if waived is None else ():
        tests.append(_method(one, citation))
    return tests


def _method(found: MethodFound, citation: str) -> Tested:
    name = found.method.replace("_", " ")
    needed = f"not less than {plain(found.needed)} per cent by the {name} method"
    if found.open.verdict is False:
        return Tested(
            "method of value content",
            found.open.citation,
            f"the {name} method is open",
            f"closed: {found.open.why}",
            False,
        )
    content = found.content
    if content is None:
        said = "not worked out: " + (", ".join(need.fact for need in found.needs) or "its base is not positive")
        return Tested("regional value content", f"{citation}; {found.citation}", needed, said, found.met)
    base, regional = found.base, found.regional
    assert base is not None
    assert regional is not None
    said = f"{shown(regional)} of {shown(base)}, {content} per cent"
    met = found.met if found.open.verdict is True or found.met is False else None
    return Tested("regional value content", f"{citation}; {found.citation}", needed, said, met)


def _condition(one: Condition, citation: str) -> Tested:
    return Tested(one.test, one.citation or citation, one.needed, one.found, one.verdict)


def _named(lines: Sequence[Line]) -> str:
    return ", ".join(f"{line.id} ({line.digits})" for line in lines)


def _tolerance(weighed: Weighed | None) -> Tolerated | None:
    if weighed is None:
        return None
    if weighed.moved is not None and weighed.moved.tolerance is not None:
        return weighed.moved.tolerance
    return weighed.waived


def _amount(value: Decimal | None) -> str | None:
    return None if value is None else shown(value)
