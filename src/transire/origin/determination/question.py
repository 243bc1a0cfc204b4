"""One case made ready: what it asks is checked, its bill worked out, and what binds the good is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property

from msgspec.structs import replace

from transire.origin.agreements import agreement
from transire.origin.amounts import ZERO
from transire.origin.case import Case, Good, Material, RuleText
from transire.origin.code import digits_of
from transire.origin.concordance import is_unprinted, numbers_noticed, spelled, unprinted_why
from transire.origin.determination.bill import Bill, BillMaker
from transire.origin.determination.checking import check_details
from transire.origin.determination.content import Content
from transire.origin.determination.facts import check_facts, told
from transire.origin.determination.finding import Bindings, Bound, OwnRules, bindings
from transire.origin.determination.line import Line, MadeHere
from transire.origin.determination.notes import NotesInForce
from transire.origin.determination.openness import openness_of
from transire.origin.determination.setting import Setting
from transire.origin.determination.statements import Statements
from transire.origin.determination.subject import Subject
from transire.origin.determination.vehicles import (
    SPECIAL_CONTENT,
    automotive_sum,
    is_after_market,
    is_for_a_vehicle,
    never_intermediate,
    special_limits,
    vehicle_of,
)
from transire.origin.determination.verdict import Need
from transire.origin.determination.weighing import Weighed, weigh
from transire.origin.errors import (
    AgreementNotInForce,
    CountryNotParty,
    MethodNotOfAgreement,
    PartExceedsWhole,
    RuleNotUnderstood,
)
from transire.origin.ranges import held
from transire.origin.reading import amount_at, share_at
from transire.origin.rule.tree import ValueLimit
from transire.origin.terms import terms_of


class Question:
    """A case, checked; everything that the tests need is worked out from it once.

    `hoping`: as if every designated material originated whose origin is not settled. What fails even so fails.
    """

    def __init__(self, case: Case, own: OwnRules | None = None, *, hoping: bool = False) -> None:
        self.case = case
        self.own = own
        self.terms = terms_of(case.agreement)
        self.agreement = agreement(case.agreement)
        self.digits = digits_of(case.good.tariff, "/good/tariff")
        self.share = None
        if case.related_party_share is not None:
            self.share = share_at(case.related_party_share, "/related_party_share")
        self._check()
        self.vehicle = vehicle_of(self.terms, self.digits, case.good.facts)
        self.statements = Statements(case.accumulation, self.terms, self.is_party)
        barred = never_intermediate(self.vehicle, case.good.facts)
        # Not kept: it knows how this question judges, and a ring of the two would wait for the garbage collector.
        maker = BillMaker(
            self.terms, self.statements, self._judge, self._is_recovered, never_intermediate=barred, hoping=hoping
        )
        if case.good.value is not None and case.good.value.currency is not None:
            maker.one_currency(case.good.value.currency, "/good/value/currency")
        self.bill = maker.make(case.materials, case.costs, "")
        self.unsettled = maker.unsettled
        """What would settle the origin of designated materials."""
        self._bill_notices = maker.notices
        self.statements.refuse_unmatched()
        self.subject = self._subject()
        self.bindings = self._bindings(self.digits, case.rule, "")
        self.notes = self._notes(self.bindings, self.subject)

    def is_party(self, country: str) -> bool:
        """Whether the country is a party on the day of importation."""
        return self.agreement.is_party(country, self.case.import_date)

    def is_unprinted(self, digits: str, found: Bindings) -> bool:
        """Whether the code of a good is no number of the edition in force, nor one that a rule for it spells."""
        if not is_unprinted(digits, self.case.import_date):
            return False
        texts = (bound.text if found.given else f"{bound.scope} {bound.text}" for bound in found.rules)
        return not any(digits[:6] in spelled(text) for text in texts)

    @property
    def notices(self) -> list[str]:
        """What the reader of the answer should know of how the bill was read."""
        of_rules = [bound.notice for bound in self.bindings.rules if bound.notice is not None]
        said = [
            *of_rules,
            *self._trade_notices(),
            *self.statements.notices,
            *self._bill_notices,
            *self._vehicle_notices(),
        ]
        printed_in, text = "", ""
        if self.bindings.rules:
            printed_in, text = self.bindings.rules[0].hs, self.bindings.rules[0].text
        codes = self._codes(self.bill.lines)
        return said + numbers_noticed(self.digits, codes, printed_in, self.case.import_date, text)

    def _codes(self, lines: Sequence[Line]) -> Iterator[str]:
        """The codes of the materials that may have to change."""
        for line in lines:
            if not line.originating:
                yield line.digits
                yield from self._codes(line.inside or ())

    def method_notice(self, content: Content | None) -> str | None:
        """That the method which the case asks for is not the one by which the value content was taken, and why."""
        asked = self.case.method
        if (
            asked is None
            or content is None
            or any(one.method == asked and one.open.verdict is not False for one in content.methods)
        ):
            return None
        closed = next((one.open for one in content.methods if one.method == asked), None)
        why = f"{closed.why} ({closed.citation})" if closed is not None else "the rule gives no value content by it"
        return f"The {asked.replace('_', ' ')} method was asked for, but it is not open: {why}. The others were tried."

    def _trade_notices(self) -> list[str]:
        exporter = self.case.exporter_country
        if exporter is None or self.is_party(exporter) or self.case.movement:
            return []
        citation = self.terms.transit.citation
        return [f"{exporter}, the exporting country, is no party: say under movement what happened there ({citation})."]

    def _vehicle_notices(self) -> list[str]:
        said = []
        if self._special_limits() is not None:
            said.append(f"The value content of automotive goods is set by {SPECIAL_CONTENT}, in place of the rule's.")
        return said if self.subject.traced is None else [*said, *self.subject.traced.notices]

    @cached_property
    def openness(self) -> dict:  # type: ignore[type-arg]
        """Which methods of value content are open to the good."""
        value = self.case.good.value
        return openness_of(
            self.terms,
            self.digits,
            accumulates=self.statements.any_counts,
            related_sale=None if value is None else value.related_sale,
            related_share=self.share,
            for_a_vehicle=is_for_a_vehicle(self.terms, self.digits, self.case.good.facts),
        )

    def setting(self, bound: Bound) -> Setting:
        """The setting in which the alternatives of a rule are weighed for the good of the case."""
        subject = self.subject if bound.as_number is None else replace(self.subject, digits=bound.as_number)
        return Setting(
            subject=subject,
            rule=bound.rule,
            citation=bound.citation,
            notes=self.notes,
            openness=self.openness,
            method=self.case.method,
            limits=self._special_limits(),
            edition=bound.hs,
            compiled=bound.shifts,
        )

    def _special_limits(self) -> tuple[ValueLimit, ...] | None:
        if self.vehicle is None:
            return None
        return special_limits(self.digits, self.vehicle, self.case.import_date, self.case.good.facts)

    def _check(self) -> None:
        case, on = self.case, self.case.import_date
        check_details(case)
        if not self.agreement.is_in_force(on):
            until = self.agreement.in_force_until
            span = f"from {self.agreement.in_force_from}" + (f" to {until}" if until else "")
            raise AgreementNotInForce(got=on, expected=f"{case.agreement} {span}", where="/import_date")
        importer = case.importer_country
        if importer is not None and not self.is_party(importer):
            expected = " or ".join(sorted(self.agreement.parties))
            raise CountryNotParty(got=importer, expected=expected, where="/importer_country")
        known = [term.method for term in self.terms.methods]
        if case.method is not None and case.method not in known:
            raise MethodNotOfAgreement(got=case.method, expected=" or ".join(known), where="/method")
        if case.good.facts:
            check_facts(case.good.facts, "/good")

    def _subject(self) -> Subject:
        good = self.case.good
        transaction, adjusted = _values(good)
        traced = None
        if self.vehicle is not None and not is_after_market(good.facts):
            traced = automotive_sum(self.vehicle, self.bill, self.terms, self.is_party)
        return Subject(
            digits=self.digits,
            tariff=good.tariff,
            facts=good.facts,
            bill=self.bill,
            terms=self.terms,
            on=self.case.import_date,
            where="/good",
            transaction_value=transaction,
            adjusted_value=adjusted,
            weight=None if good.weight is None else amount_at(good.weight, "/good/weight"),
            traced=traced,
        )

    def _bindings(self, digits: str, given: RuleText | None, where: str) -> Bindings:
        case = self.case
        trade = (case.exporter_country, case.importer_country)
        try:
            return bindings(case.agreement, digits, case.import_date, *trade, given, self.own)
        except RuleNotUnderstood as refusal:
            raise RuleNotUnderstood(got=refusal.got, expected=refusal.expected, where=f"{where}/rule/text") from None

    def _notes(self, found: Bindings, subject: Subject) -> NotesInForce:
        return NotesInForce(found.notes, subject.facts, apply=found.notes_apply)

    def _is_recovered(self, material: Material) -> bool:
        """A recovered material of a party in a remanufactured good originates (USMCA s.4; 19 USC 4033(n)(6)(K))."""
        term = self.terms.remanufactured
        if term is None or told(self.case.good.facts, "remanufactured") is not True:
            return False
        if held(self.digits, term.goods) is not True or held(self.digits, term.apart) is not False:
            return False
        return material.country is not None and self.is_party(material.country)

    def _judge(self, material: Material, bill: Bill, where: str) -> Callable[[], MadeHere]:
        """How a self-produced material is judged as a good of its own: once, when a test first needs it."""
        found: list[MadeHere] = []

        def judged() -> MadeHere:
            if not found:
                found.append(self._made_here(material, bill, where))
            return found[0]

        return judged

    def _made_here(self, material: Material, bill: Bill, where: str) -> MadeHere:
        if bill.lines and all(line.originating for line in bill.lines):
            return MadeHere(True, by_content=False)
        assert material.self_produced is not None
        digits = digits_of(material.tariff, f"{where}/tariff")
        found = self._bindings(digits, material.self_produced.rule, f"{where}/self_produced")
        if self.is_unprinted(digits, found):
            why = unprinted_why(digits, self.case.import_date)
            need = Need(f"materials[{material.id}].tariff", why, self.terms.citations["intermediate"])
            return MadeHere(None, by_content=False, needs=(need,))
        if len(found.rules) != 1:
            why = (
                f"{'more than one rule binds' if found.rules else 'the catalogue holds no rule for'} {material.tariff}"
            )
            need = Need(f"materials[{material.id}].self_produced.rule", why, self.terms.citations["intermediate"])
            return MadeHere(None, by_content=False, needs=(need,))
        subject = Subject(
            digits=digits,
            tariff=material.tariff,
            facts=material.facts,
            bill=bill,
            terms=self.terms,
            on=self.case.import_date,
            where=f"/materials[{material.id}]",
            weight=None if material.weight is None else amount_at(material.weight, f"{where}/weight"),
            is_intermediate=True,
        )
        rule = found.rules[0]
        setting = Setting(
            subject=subject,
            rule=rule.rule,
            citation=rule.citation,
            notes=self._notes(found, subject),
            openness=openness_of(self.terms, digits, intermediate=True),
            method=None,
            edition=rule.hs,
            compiled=rule.shifts,
        )
        return _as_made(weigh_all(setting))


def weigh_all(setting: Setting) -> list[Weighed]:
    """Every alternative that covers the subject."""
    numbers = range(1, len(setting.rule.alternatives) + 1)
    return [weighed for number in numbers if (weighed := weigh(setting, number)) is not None]


def _as_made(weighed: list[Weighed]) -> MadeHere:
    met = [one for one in weighed if one.verdict is True]
    if met:
        # It is subject to a value requirement only where none of the alternatives that it meets goes without one.
        return MadeHere(True, by_content=all(one.by_content for one in met))
    needs = tuple(dict.fromkeys(need for one in weighed if one.verdict is None for need in one.needs))
    return MadeHere(None if needs else False, by_content=False, needs=needs)


def _values(good: Good) -> tuple[Decimal | None, Decimal | None]:
    """Transaction value without international shipment, and adjusted value; each None where it is not stated."""
    value = good.value
    if value is None:
        return None, None
    transaction = adjusted = None
    if value.transaction is not None:
        transaction = amount_at(value.transaction, "/good/value/transaction")
        shipment = ZERO
        if value.international_shipment is not None:
            shipment = amount_at(value.international_shipment, "/good/value/international_shipment")
        if shipment > transaction:
            raise PartExceedsWhole(
                got=f"international shipment of {shipment}",
                expected=f"at most the transaction value of {transaction}",
                where="/good/value/international_shipment",
            )
        transaction = adjusted = transaction - shipment
    if value.adjusted is not None:
        adjusted = amount_at(value.adjusted, "/good/value/adjusted")
    return transaction, adjusted
