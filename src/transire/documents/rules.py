"""What a JSON Schema cannot say of one document: periods, addresses, sums, uniqueness.

Rules look at one document alone; what two documents must agree on is checked by the procedures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Final, TypeAlias

import msgspec

from transire.documents.codes import parse_decimal
from transire.documents.errors import Problem
from transire.documents.pointers import Places
from transire.documents.trade_rules import (
    air_waybill_digit,
    containers_are_listed,
    house_names_its_master,
    names_a_shipment,
    order_total,
    tests_are_of_heats,
)
from transire.errors import TransireError
from transire.origin.agreements import Agreement, agreement
from transire.origin.answer import Answer
from transire.origin.reading import read_case
from transire.tariff.programmes import programme, programmes_of

Subject: TypeAlias = dict[str, Any]
Rule: TypeAlias = Callable[[Subject], Iterator[Problem]]


def find_broken_rules(schema_id: str, subject: object, base: str, *, sound: bool) -> tuple[Problem, ...]:
    """Every rule of the type that the subject breaks.

    Where the schema has refused something already (`sound` is false), a rule that cannot read its fields keeps
    silent: the missing field has been reported. In a sound document it must be able to.
    """
    if not isinstance(subject, dict):
        return ()
    found: list[Problem] = []
    for rule in _RULES.get(schema_id, ()):
        try:
            found.extend(rule(subject))
        except (KeyError, TypeError, ValueError, AttributeError, TransireError):
            if sound:
                raise
    return tuple(
        Problem(where=base + one.where, code=one.code, sentence=one.sentence, got=one.got, expected=one.expected)
        for one in found
    )


def _blanket_period(subject: Subject) -> Iterator[Problem]:
    if "blanketPeriod" not in subject:
        return
    period = subject["blanketPeriod"]
    start, end = date.fromisoformat(period["from"]), date.fromisoformat(period["until"])
    under = agreement(subject["agreement"])
    if end < start:
        yield _ends_before_start("/blanketPeriod/until", start, end)
    elif end > under.blanket_end(start):
        yield Problem(
            where="/blanketPeriod/until",
            code="documents.blanket-too-long",
            sentence=f"A blanket period covers at most {under.blanket_months} months ({under.blanket_citation}).",
            got=end.isoformat(),
            expected=f"{under.blanket_end(start).isoformat()} or earlier",
        )


def _ends_before_start(where: str, start: date, end: date) -> Problem:
    return Problem(
        where=where,
        code="documents.ends-before-start",
        sentence="The period ends before it begins.",
        got=end.isoformat(),
        expected=f"{start.isoformat()} or later",
    )


# 19 CFR 182.12(b): the address of the exporter is the place of export in a USMCA country's territory, that of a
# producer the place of production, and that of the importer lies there too. NAFTA and CAFTA-DR ask the same of the
# exporter and the producer (CBP Form 434 fields 1 and 3; 19 CFR 10.584 reads with General Note 29).
def _parties_in_territory(subject: Subject) -> Iterator[Problem]:
    under = agreement(subject["agreement"])
    if "exporter" in subject:
        yield from _in_territory(under, subject["exporter"], "/exporter")
    for name in ("producers", "importers"):
        for at, party in enumerate(subject.get(name, ())):
            yield from _in_territory(under, party, f"/{name}/{at}")


def _in_territory(under: Agreement, party: Subject, where: str) -> Iterator[Problem]:
    country = party["address"]["country"]
    if country not in under.parties:
        yield Problem(
            where=f"{where}/address/country",
            code="documents.outside-territory",
            sentence=f"This address must lie in the territory of a party to {under.short}.",
            got=str(country),
            expected=", ".join(under.parties),
        )


def _unique(list_name: str, member: str) -> Rule:
    def rule(subject: Subject) -> Iterator[Problem]:
        values = [element.get(member) for element in subject[list_name]]
        count = Counter(value for value in values if value is not None)
        for at, value in enumerate(values):
            if count[value] > 1 and values.index(value) != at:
                yield Problem(
                    where=f"/{list_name}/{at}/{member}",
                    code="documents.not-unique",
                    sentence="This number stands twice in the list; entries could not tell which is meant.",
                    got=str(value),
                    expected="a number of its own",
                )

    return rule


def _net_costs(subject: Subject) -> Iterator[Problem]:
    """Net cost is total cost less the costs that are left out (19 USC 4531(d)(3); 19 CFR part 182 App. A s.7)."""
    for at, good in enumerate(subject["goods"]):
        computed = net_cost(good)
        if parse_decimal(good["netCost"]) != computed:
            yield Problem(
                where=f"/goods/{at}/netCost",
                code="documents.net-cost-differs",
                sentence="Net cost is materials and costs less the costs that are left out.",
                got=str(good["netCost"]),
                expected=str(computed),
            )


def net_cost(good: Subject) -> Decimal:
    """Materials and costs less excluded costs, of one good of a cost sheet as the wire writes it."""
    materials = sum((parse_decimal(material["value"]) for material in good["materials"]), Decimal(0))
    costs = sum((parse_decimal(amount) for amount in good["costs"].values()), Decimal(0))
    excluded = sum((parse_decimal(amount) for amount in good.get("excludedCosts", {}).values()), Decimal(0))
    return materials + costs - excluded


def _authority_period(subject: Subject) -> Iterator[Problem]:
    if "effectiveUntil" not in subject:
        return
    start, end = date.fromisoformat(subject["effectiveFrom"]), date.fromisoformat(subject["effectiveUntil"])
    if end < start:
        yield _ends_before_start("/effectiveUntil", start, end)


def _partnership_limit(subject: Subject) -> Iterator[Problem]:
    """19 CFR 141.34: a partnership's power of attorney lasts at most two years from the date of execution."""
    if subject["principalKind"] != "partnership":
        return
    executed = date.fromisoformat(subject["executedOn"])
    limit = date(executed.year + 2, executed.month, min(executed.day, 28) if executed.month == 2 else executed.day)
    until = subject.get("effectiveUntil")
    if until is None or date.fromisoformat(until) > limit:
        yield Problem(
            where="/effectiveUntil",
            code="documents.partnership-limit",
            sentence="A partnership's power of attorney lasts at most two years from execution (19 CFR 141.34).",
            got=until or "no end",
            expected=f"{limit.isoformat()} or earlier",
        )


def _entered_value(subject: Subject) -> Iterator[Problem]:
    computed = sum(int(line["enteredValue"]) for line in subject["lines"])
    if int(subject["totalEnteredValue"]) != computed:
        yield Problem(
            where="/totalEnteredValue",
            code="documents.total-differs",
            sentence="The total entered value is the sum of the lines (CBP Form 7501 block 35).",
            got=str(subject["totalEnteredValue"]),
            expected=str(computed),
        )


def _claim_is_whole(subject: Subject) -> Iterator[Problem]:
    """A claim names certification, good and issuance together, or none of them (a claim without a certification).

    `deliveredStatement` may be missing: then possession is not shown, which the checks of the procedures say.
    """
    parts = ("certification", "certificationGood", "issuedStatement")
    for at, line in enumerate(subject["lines"]):
        claim = line.get("claim")
        if claim is None or not any(part in claim for part in parts):
            continue
        for part in parts:
            if part not in claim:
                yield Problem(
                    where=f"/lines/{at}/claim/{part}",
                    code="documents.claim-incomplete",
                    sentence="A claim that rests on a certification names its good and its issuance too.",
                    expected="a value here",
                )


def _programme_is_of_agreement(subject: Subject) -> Iterator[Problem]:
    for at, line in enumerate(subject["lines"]):
        claim = line.get("claim")
        if claim is not None and programme(claim["programme"]).agreement != claim["agreement"]:
            yield Problem(
                where=f"/lines/{at}/claim/programme",
                code="documents.programme-differs",
                sentence="This special programme indicator belongs to another agreement than the claim names.",
                got=str(claim["programme"]),
                expected=" or ".join(programmes_of(claim["agreement"])),
            )


def _sources_point_somewhere(subject: Subject) -> Iterator[Problem]:
    places = Places(subject)
    for at, source in enumerate(subject["sources"]):
        if not places.has(source["field"]):
            yield Problem(
                where=f"/sources/{at}/field",
                code="documents.source-of-nothing",
                sentence="This source speaks of a field that the entry does not have.",
                got=str(source["field"]),
                expected="the pointer of a field of this entry",
            )


_CERTIFICATION: Final[tuple[Rule, ...]] = (
    _blanket_period,
    _parties_in_territory,
    _unique("goods", "goodNumber"),
    _unique("goods", "productNumber"),
)


def _determination_is_one(subject: Subject) -> Iterator[Problem]:
    """What lists and certifications read of a determination is what its case asked and its answer says."""
    try:
        case = read_case(subject["originCase"])
        answer = msgspec.json.decode(subject["originAnswer"], type=Answer)
    except (TransireError, msgspec.DecodeError, RecursionError) as error:
        yield Problem(
            where="/originCase" if isinstance(error, TransireError) else "/originAnswer",
            code="documents.determination-unreadable",
            sentence="This is not an origin case with its answer.",
            got=str(error)[:200],
        )
        return
    said = {
        "agreement": case.agreement,
        "determinedFor": case.import_date.isoformat(),
        "outcome": answer.outcome,
        "originCriterion": answer.criterion,
    }
    for name, expected in said.items():
        if subject.get(name) != expected:
            yield Problem(
                where=f"/{name}",
                code="documents.determination-differs",
                sentence="The determination says something else than its own case and answer.",
                got=str(subject.get(name)),
                expected=str(expected),
            )


_NUMBERED: Final = _unique("lines", "lineNumber")

_RULES: Final[dict[str, tuple[Rule, ...]]] = {
    "certification-of-origin/usmca/1": _CERTIFICATION,
    "certification-of-origin/cafta-dr/1": _CERTIFICATION,
    "certification-of-origin/nafta/1": _CERTIFICATION,
    "commercial-invoice/1": (_NUMBERED,),
    "cost-sheet/1": (_unique("goods", "productNumber"), _net_costs),
    "power-of-attorney/1": (_authority_period, _partnership_limit),
    "entry-summary/1": (
        _NUMBERED,
        _entered_value,
        _claim_is_whole,
        _programme_is_of_agreement,
        _sources_point_somewhere,
    ),
    "origin-determination/1": (_determination_is_one,),
    "packing-list/1": (_NUMBERED, names_a_shipment),
    "bill-of-lading/1": (_NUMBERED, house_names_its_master, containers_are_listed),
    "air-waybill/1": (_NUMBERED, air_waybill_digit),
    "purchase-order/1": (_NUMBERED, order_total),
    "mill-test-report/1": (_NUMBERED, tests_are_of_heats),
    "phytosanitary-certificate/1": (_NUMBERED,),
}
