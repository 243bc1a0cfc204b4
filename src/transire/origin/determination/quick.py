"""The short way for plain cases: what the long way finds, without most of what it looks at.

Plain is a good with a price, and bought materials with values, without declared facts, statements, adjustments or
movements, under one rule whose alternatives codes decide. Most cases of a long file are. Whatever is not plain, comes
near a tolerance, or does not originate where that has to be explained, is left to the long way. A property test holds
both to the same answers, byte for byte.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final, NamedTuple

from transire.origin.agreements import agreement
from transire.origin.amounts import HUNDRED, ZERO, plain_amount, plain_amounts
from transire.origin.answer import Answer
from transire.origin.case import AgreementId, Case, Good, Material, RuleText
from transire.origin.code import digits_of, known_digits
from transire.origin.concordance import is_unprinted, numbers_noticed
from transire.origin.determination.bill import Bill, origin_unknown
from transire.origin.determination.checking import is_plainly_described
from transire.origin.determination.content import Content, Required, content_of, required_by
from transire.origin.determination.covered import requirements
from transire.origin.determination.finding import Bound, bindings
from transire.origin.determination.found import Found
from transire.origin.determination.moving import Moved
from transire.origin.determination.openness import openness_of
from transire.origin.determination.routes import Route, only_originating
from transire.origin.determination.shift import Shift
from transire.origin.determination.subject import Subject
from transire.origin.determination.telling import figures_of
from transire.origin.determination.tolerance import terms_for
from transire.origin.determination.values import costs_of
from transire.origin.determination.vehicles import vehicle_of
from transire.origin.determination.weighing import Weighed
from transire.origin.errors import RuleNotUnderstood
from transire.origin.ranges import held
from transire.origin.reading import is_country
from transire.origin.rule.notes import FreshObtained, Note, ValueAlternativeBarred
from transire.origin.rule.tree import Alternative, Change, NoChange
from transire.origin.terms import Terms, terms_of
from transire.tariff.currencies import is_currency

_QUICK: Final = frozenset({"transaction_value", "net_cost"})


class _Way(NamedTuple):
    """One alternative, with its change as compiled (None: none is required)."""

    number: int
    alternative: Alternative
    shift: Shift | None
    required: tuple[Required, ...]
    """The value content that it asks for; empty: none."""


class _Plan(NamedTuple):
    """What plain cases of one good under one rule are weighed by."""

    digits: str
    terms: Terms
    bound: Bound
    ways: tuple[_Way, ...]
    limit: Decimal
    whole_by_cost: bool


class _Foreign(NamedTuple):
    """The codes of the materials that do not originate, and their values."""

    codes: list[str]
    values: list[Decimal]


class _Ready(NamedTuple):
    """A plain case made ready: how it is weighed, its good with the sums of the bill, and what must change."""

    plan: _Plan
    subject: Subject
    foreign: _Foreign


class _Decided(NamedTuple):
    """The alternative that decides a plain case, and the value content that it came to."""

    way: _Way
    content: Content | None
    verdict: bool


def quickly_found(case: Case) -> Found | None:
    """What a plain case that originates came to; None for any other, and for what the long way refuses."""
    ready = _made_ready(case)
    if ready is None:
        return None
    plan, subject, foreign = ready
    if numbers_noticed(plan.digits, foreign.codes, plan.bound.hs, case.import_date):
        return None
    if not foreign.codes:
        route = only_originating(plan.terms, len(case.materials))
        return Found(case.case, subject, route, True, notices=_notices(case, plan))
    decided = _decided(plan, subject, foreign)
    if decided is None or not decided.verdict:
        # Which alternative comes nearest, and what would help, is for the long way to say.
        return None
    way, content, _ = decided
    moved = None if way.shift is None else Moved(True)
    weighed = Weighed(way.number, way.alternative, True, moved, content, None, [], True, [])
    route = Route("product_rule", True, bound=plan.bound, weighed=weighed, content=content)
    return Found(case.case, subject, route, True, notices=_notices(case, plan))


def quick_answer(case: Case) -> Answer | None:
    """Outcome, criterion, method and figures of a plain case; None where the long way is to say them."""
    ready = _made_ready(case)
    if ready is None:
        return None
    plan, subject, foreign = ready
    criteria = plan.terms.criteria
    if not foreign.codes:
        return Answer(case=case.case, outcome="originating", criterion=criteria["originating_materials"])
    decided = _decided(plan, subject, foreign)
    if decided is None:
        return None
    best = None if decided.content is None else decided.content.best
    return Answer(
        case=case.case,
        outcome="originating" if decided.verdict else "not_originating",
        criterion=criteria["product_rule"] if decided.verdict else None,
        method=None if best is None else best.method,
        figures=figures_of(subject, decided.content, None),
    )


def _made_ready(case: Case) -> _Ready | None:
    good, value = case.good, case.good.value
    if value is None or value.transaction is None or not _is_plain(case, good):
        return None
    trade = (case.exporter_country, case.importer_country)
    try:
        plan = _plan(case.agreement, good.tariff, case.import_date, *trade, case.rule)
    except RuleNotUnderstood:
        return None  # the long way refuses it, and names the member
    price = plain_amount(value.transaction)
    if plan is None or price is None or price == ZERO:
        return None
    bill = Bill()
    foreign = _added_up(bill, case.materials, value.currency)
    if foreign is None:
        return None
    if case.costs is None:
        bill.costs_known = False
    else:
        bill.own_costs, bill.excluded = costs_of(case.costs, "/costs")
    subject = Subject(
        plan.digits, good.tariff, (), bill, plan.terms, case.import_date, "/good", price, price,
        None if good.weight is None else plain_amount(good.weight),
    )  # fmt: skip
    return _Ready(plan, subject, foreign)


def _is_plain(case: Case, good: Good) -> bool:
    value = good.value
    return not (
        good.facts
        or case.accumulation
        or case.movement
        or not case.materials
        or case.method is not None
        or case.related_party_share is not None
        or good.wholly_obtained is not None
        or good.produced_in is not None
        or good.set is not None
        or (good.weight is not None and plain_amount(good.weight) is None)
        or (good.quantity is not None and plain_amount(good.quantity) is None)
        or (case.exporter_country is not None and not is_country(case.exporter_country))
        or value is None
        or value.related_sale is not None
        or value.adjusted is not None
        or value.international_shipment is not None
    )


def _decided(plan: _Plan, subject: Subject, foreign: _Foreign) -> _Decided | None:
    """The first alternative that is met, or the only one, which is not; None where a tolerance or a fact may matter."""
    bill = subject.bill
    total = bill.total_cost
    whole = subject.transaction_value or ZERO
    if plan.whole_by_cost and total is not None:
        whole = max(whole, total)
    tolerated = plan.limit * whole
    failed: _Decided | None = None
    for way in plan.ways:
        failing = None if way.shift is None else _failing(way.shift, foreign)
        if failing is not None and failing * HUNDRED <= tolerated:
            return None
        if failing is not None:
            continue
        if not way.required:
            return _Decided(way, None, True)
        content = content_of(subject, way.required, None)
        if content.verdict is True:
            return _Decided(way, content, True)
        if content.verdict is None or bill.value_non_originating * HUNDRED <= tolerated:
            return None
        failed = _Decided(way, content, False)
    return failed if len(plan.ways) == 1 else None


def _notices(case: Case, plan: _Plan) -> list[str]:
    of_rule = [] if plan.bound.notice is None else [plan.bound.notice]
    return of_rule + [origin_unknown(one, plan.terms) for one in case.materials if one.origin == "unknown"]


def _failing(shift: Shift, foreign: _Foreign) -> Decimal | None:
    """The value of what does not change, None where all does. A code that is too short counts as nothing that fails:
    then the sum is within any tolerance, and the long way looks."""
    verdicts = shift.verdicts(foreign.codes)
    kinds = set(verdicts)
    if None in kinds:
        return ZERO
    if False not in kinds:
        return None
    return sum([value for verdict, value in zip(verdicts, foreign.values, strict=True) if not verdict], ZERO)


def _added_up(bill: Bill, materials: Sequence[Material], currency: str | None) -> _Foreign | None:
    """Put the sums of bought materials into the bill; None where one of them is more than a code and a value."""
    if currency is not None and not is_currency(currency):
        return None
    own: list[str] = []
    foreign: list[str] = []
    codes: list[str] = []
    for material in materials:
        value, digits, origin = material.value, known_digits(material.tariff), material.origin
        if (
            value is None
            or digits is None
            or origin is None
            or material.use != "material"
            or material.facts
            or material.adjustments is not None
            or material.self_produced is not None
            or (material.currency is not None and material.currency != currency)
            or (
                # Most bills of long files say none of them: a call for each material would cost as much as its value.
                (material.country is not None or material.quantity is not None or material.weight is not None)
                and not is_plainly_described(material)
            )
        ):
            return None
        if origin == "originating":
            own.append(value)
        else:
            codes.append(digits)
            foreign.append(value)
    regional, values = plain_amounts(own), plain_amounts(foreign)
    if regional is None or values is None or len({material.id for material in materials}) < len(materials):
        return None
    bill.value_non_originating = bill.value_non_originating_by_net_cost = sum(values, ZERO)
    bill.value_originating = sum(regional, ZERO)
    bill.materials_cost = bill.value_originating + bill.value_non_originating
    return _Foreign(codes, values)


def _asks(note: Note, digits: str) -> bool:
    """Whether a note asks for facts of such a good."""
    return isinstance(note, FreshObtained | ValueAlternativeBarred) and held(digits, note.goods.codes) is not False


@lru_cache(maxsize=16_384)
def _plan(
    agreement_id: AgreementId, tariff: str, on: date, exporter: str | None, importer: str | None, given: RuleText | None
) -> _Plan | None:
    """How plain cases of this good are weighed; None where the good, the rule or its notes are not plain."""
    terms, party = terms_of(agreement_id), agreement(agreement_id)
    if not party.is_in_force(on) or not all(one is None or party.is_party(one, on) for one in (exporter, importer)):
        return None
    digits = digits_of(tariff, "/good/tariff")
    found = bindings(agreement_id, digits, on, exporter, importer, given)
    opened = openness_of(terms, digits)
    limits = terms_for(agreement_id, digits)
    if (
        len(found.rules) != 1
        or found.rules[0].as_number is not None
        or is_unprinted(digits, on)
        or (found.notes_apply and (found.notes.component is not None or found.notes.disregarded))
        or (found.notes_apply and any(_asks(one.note, digits) for one in found.notes.effects))
        or vehicle_of(terms, digits, ()) is not None
        or requirements(agreement_id, digits, ())
        or limits.by_weight is not None
        or any(held(digits, term.goods) is not False for term in terms.listed)
        or set(opened) != _QUICK
    ):
        return None
    ways = []
    bound = found.rules[0]
    for number, alternative in enumerate(bound.rule.alternatives, start=1):
        target = getattr(alternative.way, "target", None)
        covers = held(digits, target.codes) if target is not None and target.codes else True
        if covers is False:
            continue
        required = tuple(required_by(alternative.value, terms, opened, on))
        way = _way(number, alternative, bound, digits, required, on) if covers else None
        if way is None:
            return None
        ways.append(way)
    return _Plan(digits, terms, bound, tuple(ways), limits.limit, terms.tolerance.choice == "any")


def _way(
    number: int, alternative: Alternative, bound: Bound, digits: str, required: tuple[Required, ...], on: date
) -> _Way | None:
    """An alternative that codes decide, and figures; None where more does."""
    way = alternative.way
    if alternative.value and not required:
        return None
    if alternative.guard or alternative.provisos or not isinstance(way, Change | NoChange):
        return None
    target = way.target
    if target is not None and (target.words or target.which or target.other or target.less):
        return None
    if isinstance(way, NoChange):
        return _Way(number, alternative, None, required)
    shift = Shift(way, bound.rule, digits, (), bound.hs, on)
    return None if shift.by_codes is None else _Way(number, alternative, shift, required)
