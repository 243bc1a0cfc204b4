"""Whether a good originates: the answer to an origin case.

    >>> from transire.origin.reading import read_case
    >>> answer = determine(read_case('''{"agreement": "nafta", "import_date": "2019-03-01",
    ...   "good": {"tariff": "8414.51"}, "rule": {"text": "A change to subheading 8414.51 from any other subheading."},
    ...   "materials": [{"id": "motor", "tariff": "8501.10", "origin": "non_originating"}]}'''))
    >>> answer.outcome, answer.criterion
    ('originating', 'B')

Pure and exact: the same case gives the same answer, byte for byte. Three outcomes; what is undetermined says which
facts would settle it. Bad input raises a `TransireError` that names the member.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import localcontext

from msgspec.structs import replace

from transire.origin.amounts import EXACT
from transire.origin.answer import Answer, Headroom, Missing, Outcome
from transire.origin.case import Case
from transire.origin.determination.conditions import Condition
from transire.origin.determination.covered import covered_conditions, covered_notices
from transire.origin.determination.finding import OwnRules
from transire.origin.determination.found import Found
from transire.origin.determination.general import general_conditions
from transire.origin.determination.headroom import headroom_of
from transire.origin.determination.noted import added_conditions
from transire.origin.determination.question import Question
from transire.origin.determination.quick import quick_answer, quickly_found
from transire.origin.determination.routes import (
    Route,
    by_a_note,
    originating_materials,
    parts,
    product_rule,
    set_of_goods,
    wholly_obtained,
)
from transire.origin.determination.telling import figures_of, rule_used, tests_of
from transire.origin.determination.verdict import Need, Verdict, all_of
from transire.origin.terms import Terms

_OUTCOMES: dict[Verdict, Outcome] = {True: "originating", False: "not_originating", None: "undetermined"}


def determine(case: Case, *, full: bool = True, own: OwnRules | None = None, short_way: bool = True) -> Answer:
    """Answer an origin case. Without `full` only outcome, criterion, method and figures: what bulk runs ask for.

    `own`: rules that the operator imported, in place of the catalogue that is shipped for the agreement. `short_way`:
    whether plain cases may take it; the answer is the same.
    """
    with localcontext(EXACT):
        if not short_way or own is not None:
            return _answer(_found(case, own), full)
        if full:
            return _answer(quickly_found(case) or _found(case, own), full)
        return quick_answer(case) or _answer(_found(case, own), full)


def _found(case: Case, own: OwnRules | None) -> Found:
    question = Question(case, own)
    found = _by_route(question)
    if found.verdict is False and question.unsettled:
        hoped = _by_route(Question(case, own, hoping=True))
        if hoped.verdict is not False:
            # A designation that is not known to stand would turn the answer.
            return replace(found, verdict=None, needs=question.unsettled)
    return found


def _by_route(question: Question) -> Found:
    case, route = question.case, _route(question)
    notices = list(question.notices)
    if (of_method := question.method_notice(route.content)) is not None:
        notices.append(of_method)
    general = general_conditions(case, question.subject, question.notes, question.is_party)
    if question.bindings.notes_apply:
        # A rule that is asked for without the notes is asked for by itself: a draft, another agreement's.
        general += covered_conditions(case.agreement, question.digits, case.good.facts)
        notices += covered_notices(case.agreement, question.digits, case.good.facts)
    if route.kind not in ("wholly_obtained", "set"):
        general += added_conditions(question, conferred=route.conferred)
    verdict = all_of([route.verdict, *(one.verdict for one in general)])
    needs = _needs(route, general) if verdict is None else ()
    return Found(case.case, question.subject, route, verdict, general, needs, notices)


def _route(question: Question) -> Route:
    """The way by which the good originates; else the product rule, or the way that is still open."""
    for route in (wholly_obtained(question), set_of_goods(question), originating_materials(question)):
        if route is not None and (route.verdict is True or route.kind == "set"):
            return route
    by_rule = product_rule(question)
    if by_rule.verdict is True:
        return by_rule
    if (by_note := by_a_note(question, by_rule)) is not None:
        return by_note
    by_parts = parts(question, by_rule)
    if by_parts is not None and (by_parts.verdict is True or by_rule.verdict is False):
        return by_parts
    return by_rule


def _answer(found: Found, full: bool) -> Answer:
    subject, route = found.subject, found.route
    best = route.content.best if route.content is not None else None
    met_by_method = best is not None and not (route.weighed is not None and route.weighed.waived is not None)
    outcome = _OUTCOMES[found.verdict]
    criterion = _criterion(subject.terms, route) if found.verdict is True else None
    method = best.method if best is not None and met_by_method else None
    figures = figures_of(subject, route.content, route.weighed)
    if not full:
        return Answer(case=found.case, outcome=outcome, criterion=criterion, method=method, figures=figures)
    return Answer(
        case=found.case,
        outcome=outcome,
        criterion=criterion,
        method=method,
        rule=rule_used(subject, route),
        figures=figures,
        tests=tests_of(subject, route, found.general),
        missing=tuple(Missing(need.fact, need.why, need.asked_by) for need in found.needs),
        headroom=headroom_of(subject, route) if route.kind in ("product_rule", "parts") else Headroom(),
        notices=tuple(dict.fromkeys(found.notices)),
    )


def _criterion(terms: Terms, route: Route) -> str | None:
    if route.kind == "set":
        return terms.criteria["product_rule"]
    return terms.criteria.get(route.kind)


def _needs(route: Route, general: Sequence[Condition]) -> tuple[Need, ...]:
    needs: list[Need] = list(route.needs) if route.verdict is None else []
    for one in general:
        if one.verdict is None:
            needs += one.needs
    return tuple(dict.fromkeys(needs))
