"""De minimis: how little of a good may fail to change, by value or, for textiles, by weight; and what it never covers.

The shares and their bases, the exclusions and the exceptions to them are data (`transire.origin.terms`, and the notes
of the annexes). A base that the case does not state leaves the tolerance unclaimed; a material's value or weight that
is not stated leaves it open.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from transire.origin.amounts import HUNDRED, ONE, ZERO, shown_quotient
from transire.origin.answer import ToleranceBase
from transire.origin.case import AgreementId
from transire.origin.determination.facts import described
from transire.origin.determination.line import Line
from transire.origin.determination.subject import Subject
from transire.origin.determination.verdict import Need, Verdict, all_of
from transire.origin.ranges import held
from transire.origin.reading import amount_at
from transire.origin.terms import NotTolerated, TextileTolerance, terms_of

Excepted = Callable[[Line], Verdict]
"""What the notes of section and chapter say of a material: True covered, False not covered, None silent."""


class Tolerated(msgspec.Struct, frozen=True, eq=False):
    """Whether the tolerance covers materials, and what it was measured by (None: not measured)."""

    verdict: Verdict
    limit: Decimal
    citation: str
    base: ToleranceBase | None = None
    amount: Decimal | None = None
    whole: Decimal | None = None
    excluded: tuple[tuple[str, str], ...] = ()
    """Materials that it does not cover, each with the law that says so."""
    needs: tuple[Need, ...] = ()

    def share(self, times: Decimal = ONE) -> str | None:
        """The share that was measured, as it is shown: a fraction, or per cent with `times` a hundred."""
        if self.amount is None or self.whole is None:
            return None
        return shown_quotient(self.amount * times, self.whole)


def tolerated(subject: Subject, lines: Sequence[Line], excepted: Excepted) -> Tolerated:
    """Whether the lines that do not change are so few that the good originates all the same."""
    terms = terms_for(subject.terms.agreement, subject.digits)
    if terms.by_weight is not None:
        return _by_weight(subject, lines, terms.by_weight)
    return _by_value(subject, lines, excepted, terms)


class _TermsFor(NamedTuple):
    """What of the tolerance concerns goods of one code: worked out once."""

    limit: Decimal
    citation: str
    excluded: tuple[NotTolerated, ...]
    by_weight: TextileTolerance | None


@lru_cache(maxsize=16_384)
def terms_for(agreement: AgreementId, digits: str) -> _TermsFor:
    term = terms_of(agreement).tolerance
    limit, citation = term.percent, term.citation
    for special in term.special:
        if held(digits, special.goods):
            limit, citation = special.percent, special.citation
    excluded = tuple(one for one in term.excluded if one.used_in is None or held(digits, one.used_in) is not False)
    return _TermsFor(limit, citation, excluded, next((one for one in term.textile if held(digits, one.goods)), None))


def waives_content(subject: Subject) -> Tolerated | None:
    """The tolerance that stands for a value content: all non-originating materials together (s.5(5); s.5(4))."""
    term = subject.terms.tolerance
    if term.waives_content is None:
        return None
    limit = terms_for(subject.terms.agreement, subject.digits).limit
    total = subject.bill.value_non_originating + subject.bill.let_out
    needs = tuple(_value_missing(line, term.waives_content) for line in subject.bill.unvalued_foreign)
    return _measured(subject, total, limit, term.waives_content, needs)


def _by_value(subject: Subject, lines: Sequence[Line], excepted: Excepted, terms: _TermsFor) -> Tolerated:
    total = sum((line.value_tolerated or ZERO for line in lines), ZERO)
    missing = tuple(_value_missing(line, terms.citation) for line in lines if line.value is None)
    found = _measured(subject, total, terms.limit, terms.citation, missing)
    if found.verdict is False:
        return found
    verdicts, needs, excluded = [], [], []
    for line in lines:
        covered, why, asked = _covered(subject, line, excepted, terms)
        verdicts.append(covered)
        needs += asked
        if covered is False:
            excluded.append((line.id, why))
    if excluded:
        return replace(found, verdict=False, excluded=tuple(excluded), needs=())
    verdict = all_of([found.verdict, *verdicts])
    return replace(found, verdict=verdict, needs=(*found.needs, *needs) if verdict is None else ())


def _measured(subject: Subject, total: Decimal, limit: Decimal, citation: str, missing: tuple[Need, ...]) -> Tolerated:
    """Compare with each base that the case states: the first, or any, as the agreement chooses."""
    term = subject.terms.tolerance
    stated = [(base, amount) for base in term.bases if (amount := _base(subject, base)) is not None and amount > 0]
    if not stated:
        return Tolerated(False, limit, citation)
    if term.choice == "first":
        stated = stated[:1]
    base, amount = max(stated, key=lambda pair: pair[1])
    within = total * HUNDRED <= limit * amount
    if missing:
        # Values that are not stated can only add to it.
        return Tolerated(None if within else False, limit, citation, base, needs=missing if within else ())
    return Tolerated(within, limit, citation, base, total, amount)


def _base(subject: Subject, base: ToleranceBase) -> Decimal | None:
    if base == "transaction_value":
        return subject.transaction_value
    if base == "adjusted_value":
        return subject.adjusted_value
    return subject.bill.total_cost


def _covered(subject: Subject, line: Line, excepted: Excepted, terms: _TermsFor) -> tuple[Verdict, str, list[Need]]:
    """Whether the tolerance by value reaches this material."""
    noted = excepted(line)
    if noted is False:
        return False, "a note of the annex", []
    verdict: Verdict = True
    needs: list[Need] = []
    for exclusion in terms.excluded:
        out, asked = _applies(exclusion, subject, line)
        if out is True:
            # The notes lift only the exclusion of materials of the good's own subheading (s.5(4)(l)).
            if noted is True and exclusion.same_subheading:
                continue
            return False, exclusion.citation, []
        if out is None:
            verdict = None
            needs += asked
    return verdict, "", needs


def _applies(exclusion: NotTolerated, subject: Subject, line: Line) -> tuple[Verdict, list[Need]]:
    verdicts: list[Verdict] = [
        True if exclusion.used_in is None else held(subject.digits, exclusion.used_in),
        True if exclusion.material is None else held(line.digits, exclusion.material),
    ]
    if exclusion.same_subheading:
        verdicts.append(_same_subheading(subject.digits, line.digits))
    by_code = all_of(verdicts)
    if by_code is False:
        return False, []
    needs = [] if by_code else [Need(f"materials[{line.id}].tariff", "a longer code is needed", exclusion.citation)]
    for words, facts, member in (
        (exclusion.material_words, line.facts, f"materials[{line.id}].facts"),
        (exclusion.good_words, subject.facts, "good.facts"),
    ):
        if words:
            named = described(facts, words)
            if named is None and not exclusion.ask:
                return False, []
            if named is None:
                needs.append(
                    Need(f"{member}[description: {words}]", "the tolerance does not cover it", exclusion.citation)
                )
            by_code = all_of((by_code, named))
    return by_code, needs if by_code is None else []


def _same_subheading(good: str, material: str) -> Verdict:
    shared = min(len(good), len(material), 6)
    if good[:shared] != material[:shared]:
        return False
    return True if shared == 6 else None


def _value_missing(line: Line, citation: str) -> Need:
    return Need(f"materials[{line.id}].value", "the tolerance is measured by value", citation)


def _by_weight(subject: Subject, lines: Sequence[Line], term: TextileTolerance) -> Tolerated:
    """So much of the weight of the component, or of the good, may be of fibres and yarns that do not change."""
    if term.fibres_only and (others := [line for line in lines if _is_no_fibre(line)]):
        excluded = tuple((line.id, f"declared to be no fibre or yarn; {term.citation}") for line in others)
        return Tolerated(False, term.percent, term.citation, excluded=excluded)
    needs = [_weight_missing(line, term) for line in lines if line.weight is None]
    failing = sum((_weight(line) for line in lines), ZERO)
    whole, missing = _whole_weight(subject, term)
    needs += missing
    if whole is None or whole == 0:
        unclaimed = whole is not None or (
            subject.weight is None and all(line.weight is None for line in subject.bill.lines)
        )
        return Tolerated(False if unclaimed else None, term.percent, term.citation, needs=tuple(needs))
    within: Verdict = failing * HUNDRED <= term.percent * whole
    if within and needs:
        within = None
    elastic = _elastomeric(lines, term, whole)
    verdict = all_of((within, elastic))
    if needs:
        return Tolerated(verdict, term.percent, term.citation, needs=tuple(needs) if verdict is None else ())
    excluded = tuple((line.id, term.citation) for line in lines if _is_elastic(line)) if elastic is False else ()
    return Tolerated(verdict, term.percent, term.citation, "weight", failing, whole, excluded)


def _elastomeric(lines: Sequence[Line], term: TextileTolerance, whole: Decimal) -> Verdict:
    if term.elastomeric is None:
        return True
    weight = sum((_weight(line) for line in lines if _is_elastic(line)), ZERO)
    return weight * HUNDRED <= term.elastomeric * whole


def _is_no_fibre(line: Line) -> bool:
    return line.textile is not None and line.textile.fibre is False


def _is_elastic(line: Line) -> bool:
    return line.textile is not None and line.textile.elastomeric


def _whole_weight(subject: Subject, term: TextileTolerance) -> tuple[Decimal | None, list[Need]]:
    """The weight of the component that determines the classification, or of the whole good."""
    lines = subject.bill.lines
    component = [line for line in lines if line.role == "determining"]
    if term.of == "good" or not component:
        if subject.weight is not None:
            return subject.weight, []
        component = [line for line in lines if line.use in ("material", "set_component", "recovered")]
    weights = [_own_weight(line) for line in component]
    if any(weight is None for weight in weights):
        return None, [_weight_missing(line, term) for line in component if _own_weight(line) is None]
    return sum((weight for weight in weights if weight is not None), ZERO), []


def _own_weight(line: Line) -> Decimal | None:
    if line.weight is not None:
        return _weight(line)
    if not line.inside:
        return None
    weights = [_own_weight(inner) for inner in line.inside]
    return None if None in weights else sum((weight for weight in weights if weight is not None), ZERO)


def _weight(line: Line) -> Decimal:
    return ZERO if line.weight is None else amount_at(line.weight, f"{line.where}/weight")


def _weight_missing(line: Line, term: TextileTolerance) -> Need:
    return Need(f"materials[{line.id}].weight", "the tolerance is measured by weight", term.citation)
