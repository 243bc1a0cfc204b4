"""The short way for plain cases: the outcome and figures of the long one, without the objects that explain them.

Plain is a good with a price or costs, and bought materials, without declared facts, statements, adjustments or
movements, under one rule whose alternatives codes decide. Most cases of a long file are. Whatever is not plain, or
comes near a tolerance, is left to the long way: then the answer here is None. A property test holds both to the same
answers.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from transire.origin.agreements import agreement
from transire.origin.amounts import HUNDRED, ZERO, plain_amount, shown, shown_quotient
from transire.origin.answer import Answer, Figures
from transire.origin.case import AgreementId, Case, Method, RuleText
from transire.origin.code import digits_of, known_digits
from transire.origin.determination.covered import requirements
from transire.origin.determination.finding import bindings
from transire.origin.determination.openness import OPEN, openness_of
from transire.origin.determination.shift import CHANGES, FAILS, Shift
from transire.origin.determination.tolerance import terms_for
from transire.origin.determination.values import costs_of
from transire.origin.determination.vehicles import vehicle_of
from transire.origin.ranges import held
from transire.origin.rule.notes import FreshObtained, Note, ValueAlternativeBarred
from transire.origin.rule.tree import Alternative, Change, NoChange
from transire.origin.terms import terms_of
from transire.tariff.currencies import is_currency

_QUICK: Final = frozenset({"transaction_value", "net_cost"})


class _Way(NamedTuple):
    """One alternative: the change that it asks for, and the content that each method needs."""

    shift: Shift | None
    needed: tuple[tuple[Method, Decimal], ...]
    has_content: bool


class _Plan(NamedTuple):
    """What plain cases of one good under one rule come to."""

    ways: tuple[_Way, ...]
    by_rule: str
    by_materials: str
    limit: Decimal
    whole_by_cost: bool


class _Sums(NamedTuple):
    """A bill added up: value of what does not originate and of what does, and codes and values of the former."""

    foreign: Decimal
    originating: Decimal
    lines: list[tuple[str, Decimal]]


def quick_answer(case: Case) -> Answer | None:
    """Outcome, criterion, method and figures of a plain case; None for any other, and for what the long way refuses."""
    good, value = case.good, case.good.value
    if (
        good.facts
        or case.accumulation
        or case.movement
        or not case.materials
        or case.method is not None
        or case.related_party_share is not None
        or good.wholly_obtained is not None
        or good.produced_in is not None
        or good.set is not None
        or value is None
        or value.related_sale is not None
        or value.adjusted is not None
        or value.international_shipment is not None
        or value.transaction is None
    ):
        return None
    plan = _plan(case.agreement, good.tariff, case.import_date, case.exporter_country, case.importer_country, case.rule)
    price = plain_amount(value.transaction)
    if plan is None or price is None or price == ZERO:
        return None
    sums = _added_up(case, value.currency)
    if sums is None:
        return None
    if not sums.lines:
        return Answer(case=case.case, outcome="originating", criterion=plan.by_materials)
    costs = None
    if case.costs is not None:
        costs = costs_of(case.costs, "/costs")
    return _weighed(case, plan, sums, price, costs)


def _weighed(
    case: Case, plan: _Plan, sums: _Sums, price: Decimal, costs: tuple[Decimal, Decimal] | None
) -> Answer | None:
    total = None if costs is None else sums.foreign + sums.originating + costs[0]
    whole = max(price, total) if plan.whole_by_cost and total is not None else price
    tried = 0
    answer: Answer | None = None
    for way in plan.ways:
        tried += 1
        failing = _failing(way, sums.lines)
        if failing is None or (failing and failing[0] * HUNDRED <= plan.limit * whole):
            return None
        if failing:
            continue
        if not way.has_content:
            return Answer(case=case.case, outcome="originating", criterion=plan.by_rule)
        answer = _by_content(case, plan, way, sums, price, total, costs)
        if answer is not None and answer.outcome == "originating":
            return answer
        if sums.foreign * HUNDRED <= plan.limit * whole or answer is None:
            return None
    # Which of several alternatives comes nearest is for the long way to say.
    return answer if tried == 1 else None


def _failing(way: _Way, lines: list[tuple[str, Decimal]]) -> tuple[Decimal] | tuple[()] | None:
    """The value of what does not change, () where all does; None where a code is too short."""
    if way.shift is None:
        return ()
    judge, failed, total = way.shift.judge, False, ZERO
    for digits, value in lines:
        judged = judge(digits)
        if judged is FAILS:
            failed = True
            total += value
        elif judged is not CHANGES:
            return None
    return (total,) if failed else ()


def _by_content(
    case: Case,
    plan: _Plan,
    way: _Way,
    sums: _Sums,
    price: Decimal,
    total: Decimal | None,
    costs: tuple[Decimal, Decimal] | None,
) -> Answer | None:
    best: tuple[bool, Decimal, Method, Decimal, Decimal] | None = None
    for method, needed in way.needed:
        if method == "net_cost":
            if total is None or costs is None:
                continue
            base = total - costs[1]
            if base <= ZERO:
                return None
        else:
            base = price
        spare = (base - sums.foreign) * HUNDRED - needed * base
        found = (spare >= ZERO, spare, method, base, needed)
        if best is None or (found[0], spare * best[3]) > (best[0], best[1] * base):
            best = found
    if best is None:
        return None
    met, _, method, base, needed = best
    by_cost = method == "net_cost"
    figures = Figures(
        total_cost=shown(total) if by_cost and total is not None else None,
        excluded_costs=shown(costs[1]) if by_cost and costs is not None else None,
        net_cost=shown(base) if by_cost else None,
        value_non_originating=shown(sums.foreign),
        value_originating=shown(sums.originating),
        transaction_value=None if by_cost else shown(price),
        regional_value_content=shown_quotient((base - sums.foreign) * HUNDRED, base),
        regional_value_content_needed=f"{needed.normalize():f}",
    )
    return Answer(
        case=case.case,
        outcome="originating" if met else "not_originating",
        criterion=plan.by_rule if met else None,
        method=method,
        figures=figures,
    )


def _added_up(case: Case, currency: str | None) -> _Sums | None:
    foreign = originating = ZERO
    lines: list[tuple[str, Decimal]] = []
    seen: set[str] = set()
    if currency is not None and not is_currency(currency):
        return None
    for material in case.materials:
        value = None if material.value is None else plain_amount(material.value)
        if (
            value is None
            or material.use != "material"
            or material.facts
            or material.adjustments is not None
            or material.self_produced is not None
            or (material.currency is not None and material.currency != currency)
        ):
            return None
        digits = known_digits(material.tariff)
        if digits is None or material.origin is None:
            return None
        if material.origin == "originating":
            originating += value
        else:
            foreign += value
            lines.append((digits, value))
        seen.add(material.id)
    return _Sums(foreign, originating, lines) if len(seen) == len(case.materials) else None


def _asks(note: Note, digits: str) -> bool:
    """Whether a note asks for facts of such a good."""
    return isinstance(note, FreshObtained | ValueAlternativeBarred) and held(digits, note.goods.codes) is not False


@lru_cache(maxsize=16_384)
def _plan(
    agreement_id: AgreementId, tariff: str, on: date, exporter: str | None, importer: str | None, given: RuleText | None
) -> _Plan | None:
    """How plain cases of this good are weighed; None where the good, the rule or its notes are not plain."""
    terms, party = terms_of(agreement_id), agreement(agreement_id)
    if not party.is_in_force(on) or (importer is not None and not party.is_party(importer, on)):
        return None
    digits = digits_of(tariff, "/good/tariff")
    found = bindings(agreement_id, digits, on, exporter, importer, given)
    opened = openness_of(terms, digits)
    limits = terms_for(agreement_id, digits)
    if (
        len(found.rules) != 1
        or found.rules[0].as_number is not None
        or (found.notes_apply and (found.notes.component is not None or found.notes.disregarded))
        or (found.notes_apply and any(_asks(one.note, digits) for one in found.notes.effects))
        or vehicle_of(terms, digits, ()) is not None
        or requirements(agreement_id, digits, ())
        or limits.by_weight is not None
        or set(opened) != _QUICK
    ):
        return None
    usable = [method for method, openness in opened.items() if openness is OPEN]
    ways = []
    for alternative in found.rules[0].rule.alternatives:
        target = getattr(alternative.way, "target", None)
        covers = held(digits, target.codes) if target is not None and target.codes else True
        if covers is False:
            continue
        way = _way(alternative, found.rules[0].rule, digits, on, usable) if covers else None
        if way is None:
            return None
        ways.append(way)
    whole_by_cost = terms.tolerance.choice == "any"
    criteria = terms.criteria
    return _Plan(tuple(ways), criteria["product_rule"], criteria["originating_materials"], limits.limit, whole_by_cost)


def _way(alternative: Alternative, rule: object, digits: str, on: date, usable: list[Method]) -> _Way | None:
    way = alternative.way
    if alternative.guard or alternative.provisos or not isinstance(way, Change | NoChange):
        return None
    target = way.target
    if target is not None and (target.words or target.which or target.other or target.less):
        return None
    shift = None
    if isinstance(way, Change):
        shift = Shift(way, rule, digits)  # type: ignore[arg-type]
        if shift.by_codes is None:
            return None
    needed: dict[Method, Decimal] = {}
    for limit in alternative.value:
        if limit.when:
            return None
        if (limit.start is not None and on < limit.start) or (limit.end is not None and limit.end < on):
            continue
        for method in usable if limit.method is None else [limit.method]:
            if method in usable:
                needed[method] = max(limit.percent, needed.get(method, ZERO))
    if alternative.value and not needed:
        return None
    return _Way(
        shift, tuple((method, needed[method]) for method in usable if method in needed), bool(alternative.value)
    )
