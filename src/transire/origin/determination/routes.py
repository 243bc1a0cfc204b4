"""The ways in which a good originates, each with its criterion: which of them the case takes, and how far it comes.

Wholly obtained; exclusively from originating materials; the product rule, or a note that lets a process or a fabric
stand in its place; goods classified with their parts and unassembled goods; sets by their own section.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Literal

import msgspec

from transire.origin.amounts import HUNDRED, ZERO, shown
from transire.origin.code import is_undivided
from transire.origin.concordance import unprinted_why
from transire.origin.determination.bill import NOT_COUNTED, SHIFTING_USES
from transire.origin.determination.conditions import Condition
from transire.origin.determination.content import Content, content_of, required_by
from transire.origin.determination.facts import told
from transire.origin.determination.finding import Bound
from transire.origin.determination.line import Line
from transire.origin.determination.noted import conferring, listed
from transire.origin.determination.question import Question
from transire.origin.determination.verdict import Need, Verdict, all_of, any_of
from transire.origin.determination.weighing import Weighed, percents_needed, weigh
from transire.origin.ranges import held
from transire.origin.rule.codes import CodeRange
from transire.origin.rule.tree import Goods, Unread, ValueLimit
from transire.origin.terms import Terms

_DISREGARDED: Final = NOT_COUNTED | {"packing_retail", "accessory"}
"""What does not matter for whether a good is made of originating materials alone."""

Kind = Literal["wholly_obtained", "originating_materials", "product_rule", "parts", "set", "listed"]


class Route(msgspec.Struct, eq=False):
    """One way of originating, as far as the case goes along it."""

    kind: Kind
    verdict: Verdict
    conditions: list[Condition] = []
    needs: list[Need] = []
    bound: Bound | None = None
    weighed: Weighed | None = None
    """The alternative that is met, or the one that comes nearest."""
    others: list[Weighed] = []
    content: Content | None = None
    conferred: bool = False
    """Whether a note stands in the place of the rule."""


def wholly_obtained(question: Question) -> Route | None:
    """A good that was mined, grown, caught or made from nothing else in the territory: declared, never worked out."""
    if question.case.good.wholly_obtained is not True:
        return None
    used = (line for line in question.bill.lines if line.use in SHIFTING_USES)
    foreign = [line.id for line in used if not _all_originating(line)]
    condition = Condition(
        "wholly obtained",
        f"wholly obtained or produced entirely in {question.terms.territory}",
        "declared" if not foreign else "declared, but non-originating materials are used: " + ", ".join(foreign),
        not foreign,
        citation=question.terms.citations["wholly_obtained"],
    )
    return Route("wholly_obtained", not foreign, [condition])


def originating_materials(question: Question) -> Route | None:
    """A good made exclusively from originating materials."""
    counted = 0
    for line in question.bill.lines:
        if line.use in _DISREGARDED:
            continue
        if not _all_originating(line):
            return None
        counted += 1
    if not counted:
        return None
    return only_originating(question.terms, counted)


def only_originating(terms: Terms, materials: int) -> Route:
    """The way of a good that was made from so many materials, all of them originating."""
    condition = Condition(
        "originating materials only",
        f"production in {terms.territory} exclusively from originating materials",
        f"all {materials} materials originate" if materials > 1 else "the only material originates",
        True,
        citation=terms.citations["originating_materials"],
    )
    return Route("originating_materials", True, [condition])


def _all_originating(line: Line) -> bool:
    """Whether it originates, or everything did that went into it here or in production that is accumulated."""
    if line.originating:
        return True
    return bool(line.inside) and all(_all_originating(inner) for inner in line.inside or ())


def product_rule(question: Question) -> Route:
    """The rule of the annex for the good's tariff provision: any one of its alternatives suffices (s.4(6))."""
    rules = question.bindings.rules
    if question.is_unprinted(question.digits, question.bindings):
        why = unprinted_why(question.digits, question.case.import_date)
        return Route("product_rule", None, needs=[Need("good.tariff", why, question.terms.citations["product_rule"])])
    if not rules and question.bindings.finer:
        why = "rules stand below this code: a longer one tells which of them binds"
        return Route("product_rule", None, needs=[Need("good.tariff", why, question.terms.citations["product_rule"])])
    if not rules:
        why = f"no rule for {question.case.good.tariff} is in the catalogue: give the rule in the case"
        return Route("product_rule", None, needs=[Need("rule", why, question.terms.citations["product_rule"])])
    if len(rules) > 1 and all(bound.by_trade for bound in rules):
        why = "the rule differs by direction of trade"
        return Route(
            "product_rule", None, needs=[Need(name, why, rules[0].citation) for name in _unknown_trade(question)]
        )
    if len(rules) > 1:
        scopes = " and ".join(f"{bound.scope} ({bound.citation})" for bound in rules)
        why = f"more than one rule binds: {scopes}"
        return Route("product_rule", None, needs=[Need("rule", why, question.terms.citations["product_rule"])])
    if not question.bill.lines:
        why = "without the materials that went into the good nothing can be tested"
        needs = [Need("materials", why, question.terms.citations["product_rule"])]
        return Route("product_rule", None, needs=needs, bound=rules[0])
    return _by_rule(question, rules[0])


def by_a_note(question: Question, by_rule: Route) -> Route | None:
    """A note of section or chapter by which a declared process or fabric makes the good originate, or a table."""
    if (condition := listed(question)) is not None:
        return Route("listed", True, [condition], bound=by_rule.bound, conferred=True)
    condition = conferring(question)
    if condition is None:
        return None
    return Route("product_rule", True, [condition], bound=by_rule.bound, conferred=True)


def _unknown_trade(question: Question) -> list[str]:
    case = question.case
    names = {"exporter_country": case.exporter_country, "importer_country": case.importer_country}
    return [name for name, country in names.items() if country is None] or list(names)


def _by_rule(question: Question, bound: Bound) -> Route:
    setting = question.setting(bound)
    weighed = []
    for number in range(1, len(bound.rule.alternatives) + 1):
        one = weigh(setting, number)
        if one is None:
            continue
        if one.verdict is True:
            # One alternative suffices; what the others would have come to is not asked (s.4(6)).
            return Route("product_rule", True, bound=bound, weighed=one, content=one.content)
        weighed.append(one)
    if not weighed:
        return _not_covered(question, bound, setting.subject.digits)
    pending = [one for one in weighed if one.verdict is None]
    if pending:
        if _whatever_it_is_called(weighed):
            best = pending[0]
            return Route("product_rule", True, bound=bound, weighed=best, others=weighed, content=best.content)
        needs = list(dict.fromkeys(need for one in pending for need in one.needs))
        best = pending[0]
        return Route("product_rule", None, needs=needs, bound=bound, weighed=best, others=weighed, content=best.content)
    nearest = min(weighed, key=_distance, default=None)
    content = None if nearest is None else nearest.content
    return Route("product_rule", False, bound=bound, weighed=nearest, others=weighed, content=content)


def _not_covered(question: Question, bound: Bound, digits: str) -> Route:
    """No alternative covers the good: by its code, then the rule is another one's; or by what it is declared to be."""
    targets = [getattr(one.way, "target", None) for one in bound.rule.alternatives]
    by_code = any(target is None or not target.codes or held(digits, target.codes) is not False for target in targets)
    if not by_code:
        why = f"no alternative of the rule covers {question.case.good.tariff}"
        return Route("product_rule", None, needs=[Need("rule", why, bound.citation)], bound=bound)
    found = "declared not to be any of them"
    condition = Condition("the good", "a good that the rule names", found, False, citation=bound.citation)
    return Route("product_rule", False, [condition], bound=bound)


def _whatever_it_is_called(weighed: Sequence[Weighed]) -> bool:
    """Whether only the name of the good is open, and every name would do.

    An alternative for named goods and one for any other good share a code between them: if both are met but for the
    name, the good originates under one or the other.
    """
    open_by_name = [one for one in weighed if one.target is None]
    if not open_by_name or len(open_by_name) != len(weighed):
        return False
    remainder = any(_is_remainder(one) for one in weighed)
    return remainder and all(_met_but_for_name(one) for one in weighed)


def _is_remainder(one: Weighed) -> bool:
    target = getattr(one.alternative.way, "target", None)
    return isinstance(target, Goods) and target.other


def _met_but_for_name(one: Weighed) -> bool:
    if one.alternative.guard or isinstance(one.alternative.way, Unread):
        return False
    parts: list[Verdict] = [one.moved.verdict if one.moved else True, *(done.verdict for done in one.conditions)]
    if one.content is not None:
        parts.append(any_of((one.content.verdict, one.waived is not None and one.waived.verdict)))
    return all_of(parts) is True


def _distance(one: Weighed) -> tuple[int, float, int]:
    """How far an alternative is from being met: tests that fail, then by how much, then its number."""
    failed, gap = 0, 0.0
    if one.moved is not None and one.moved.verdict is not True:
        failed += 1
        share = one.moved.tolerance.share() if one.moved.tolerance else None
        gap += 1.0 if share is None else min(1.0, float(share))
    if one.content is not None and one.content.verdict is not True and one.waived is None:
        failed += 1
        best = one.content.best
        lacking = None if best is None or best.spare is None or not best.base else float(-best.spare) / float(best.base)
        gap += 1.0 if lacking is None else min(1.0, lacking / 100)
    failed += one.made is not True
    failed += sum(condition.verdict is not True for condition in one.conditions)
    return failed, gap, one.number


def parts(question: Question, by_rule: Route) -> Route | None:
    """Unassembled goods, and goods classified with their parts: a value content stands for the change (s.4(4))."""
    term = question.terms.parts
    if term is None or by_rule.bound is None or held(question.digits, term.not_of) is not False:
        return None
    best: Route | None = None
    for weighed in by_rule.others:
        if weighed.moved is None or weighed.moved.verdict is not False or weighed.target is False:
            continue
        citation = _excused(question, weighed.moved.failing, term.unassembled, term.classified_together)
        if citation is None or weighed.moved.open:
            continue
        route = _with_content(question, by_rule.bound, weighed, citation)
        if route.verdict is True:
            return route
        if best is None or (best.verdict is False and route.verdict is None):
            best = route
    return best


def _excused(question: Question, failing: Sequence[Line], unassembled: str, together: str) -> str | None:
    """The law by which the materials need not change, where it is declared to fit all of them."""
    if not failing:
        return None
    facts = question.case.good.facts
    if all(_declared(facts, line, "gri_2a") for line in failing):
        return unassembled
    same = all(_classified_together(question.digits, line.digits) for line in failing)
    return together if same and all(_declared(facts, line, "parts_of_the_good") for line in failing) else None


def _declared(good_facts, line: Line, name: Literal["gri_2a", "parts_of_the_good"]) -> bool:  # type: ignore[no-untyped-def]
    return told(line.facts, name) is True or (told(good_facts, name) is True and told(line.facts, name) is not False)


def _classified_together(good: str, material: str) -> bool:
    """The same subheading, or the same heading where it is not subdivided: of others a heading does not tell."""
    shared = min(len(good), len(material), 6)
    return good[:shared] == material[:shared] and (shared == 6 or is_undivided(good[:shared]))


def _with_content(question: Question, bound: Bound, weighed: Weighed, citation: str) -> Route:
    term = question.terms.parts
    assert term is not None
    higher = percents_needed(weighed)
    limits = tuple(
        ValueLimit(percent=max(percent, higher.get(method, ZERO)), method=method)
        for method, percent in term.percent.items()
    )
    required = required_by(limits, question.terms, question.openness, question.case.import_date)
    content = content_of(question.subject, required, question.case.method)
    conditions = list(weighed.conditions)
    condition = Condition(
        "materials that need not change",
        "parts classified with the good, or an unassembled good classified as assembled (GRI 2(a))",
        ", ".join(line.id for line in weighed.moved.failing) if weighed.moved else "",
        True,
        citation=citation,
    )
    verdict = all_of([content.verdict, *(one.verdict for one in conditions)])
    needs = [*content.needs, *(need for one in conditions if one.verdict is None for need in one.needs)]
    return Route("parts", verdict, [condition], needs if verdict is None else [], bound, weighed, content=content)


def set_of_goods(question: Question) -> Route | None:
    """Goods put up in a set under GRI 3, where the agreement has a section on sets; else the rule of the set."""
    term = question.terms.sets
    if question.case.good.set != "gri3" or term is None:
        return None
    components = [line for line in question.bill.lines if line.use == "set_component"]
    if not components:
        why = "the goods of the set are its materials of use set_component"
        return Route("set", None, needs=[Need("materials", why, term.citation)])
    foreign = [line for line in components if not _originates_as_a_good(line)]
    textile = (CodeRange("50", "63"),)
    percent = term.textile_percent if held(question.digits, textile) else term.percent
    subject = question.subject
    base = subject.transaction_value if term.base == "transaction_value" else subject.adjusted_value
    needed = f"each good originates, or those that do not are at most {percent:f} per cent of the value of the set"
    if unsaid := _neither_good_nor_packing(question.bill.lines):
        needs = [
            Need(f"materials[{line.id}].use", "each good of the set is a set_component", term.citation)
            for line in unsaid
        ]
        found = f"not told to be a good of the set, packing or an accessory: {', '.join(line.id for line in unsaid)}"
        return Route("set", None, [Condition("set", needed, found, None, tuple(needs), term.citation)], needs)
    if not foreign:
        condition = Condition("set", needed, "each good of the set originates", True, citation=term.citation)
        return Route("set", True, [condition])
    return Route("set", *_measured_set(foreign, percent, base, needed, term.citation))


def _neither_good_nor_packing(lines: Sequence[Line]) -> list[Line]:
    """What does not originate and may be a good of the set: one that is not counted would be a guess."""
    return [
        line for line in lines if line.use not in _DISREGARDED | {"set_component"} and not _originates_as_a_good(line)
    ]


def _originates_as_a_good(line: Line) -> bool:
    """A good of a set that the producer made originates as any good does, whether it was designated or not."""
    return line.originating or (line.made is not None and line.made().originates is True)


def _value_in_set(line: Line) -> Decimal | None:
    """The value of a good in the set: what was paid for it, or what it cost to make (USMCA s.6(4), s.8(1))."""
    return line.value_tolerated if line.made is None else line.cost


def _measured_set(
    foreign: Sequence[Line], percent: Decimal, base: Decimal | None, needed: str, citation: str
) -> tuple[Verdict, list[Condition], list[Need]]:
    needs = [_value_of_set_missing(line, needed, citation) for line in foreign if _value_in_set(line) is None]
    total = sum((_value_in_set(line) or ZERO for line in foreign), ZERO)
    verdict: Verdict = None
    if base is None or base == 0:
        needs.append(Need("good.value", needed, citation))
        found = f"non-originating goods of {shown(total)}"
    else:
        verdict = total * HUNDRED <= percent * base
        verdict = None if verdict and needs else verdict
        found = f"{shown(total)} of {shown(base)}: {', '.join(line.id for line in foreign)} do not originate"
    if verdict is False and (unsettled := [line for line in foreign if _is_unsettled(line)]):
        verdict = None
        needs += [Need(f"materials[{line.id}].self_produced.rule", needed, citation) for line in unsettled]
    condition = Condition("set", needed, found, verdict, tuple(needs), citation)
    return verdict, [condition], needs if verdict is None else []


def _value_of_set_missing(line: Line, needed: str, citation: str) -> Need:
    member = "value" if line.made is None else "self_produced.costs"
    return Need(f"materials[{line.id}].{member}", needed, citation)


def _is_unsettled(line: Line) -> bool:
    return line.made is not None and line.made().originates is None
