"""An entry summary as records AE 10 to 90, in the order that the chapter's map of a consumption entry has.

A field that the entry does not say is left blank and named in `unsaid`: nothing is guessed. The declarant's signature
and the payment are the sender's, and stand in no record that is written here.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Final

import msgspec

from transire.documents.entry import EntryLine, EntryQuantity, EntrySummary, in_reported_order
from transire.documents.parties import Party
from transire.procedures.entry_summary.catair.layout import layouts, plain, write_record
from transire.procedures.entry_summary.catair.shipping import bills, carrier_code, conveyance, place_code
from transire.procedures.entry_summary.errors import RecordDutyUnknown, RecordTypeUnsuitable
from transire.tariff.answer import CaseAnswer, Charge, LineAnswer
from transire.tariff.charges import ad_valorem, cents
from transire.tariff.law import fees, is_tax

CONSUMPTION: Final = "01"
PROCESSING: Final = "499"
BASIC: Final = "B"
"""Designation of a bond (record 31): basic, which covers the entry as a whole."""
CONTINUOUS: Final = "8"
NO_BOND: Final = "0"

_STATE: Final = re.compile(r"[A-Z]{2}", re.ASCII)


class Unsaid(msgspec.Struct, frozen=True):
    """A field of a record that stays blank, and why; `lines` are those of the entry, none for the entry as a whole."""

    record: str
    field: str
    why: str
    lines: tuple[int, ...] = ()


def together(unsaid: Iterable[Unsaid]) -> tuple[Unsaid, ...]:
    """What is not said, each thing once with all its lines.

    >>> together([Unsaid("47", "identifier", "no code", (1,)), Unsaid("47", "identifier", "no code", (2,))])
    (Unsaid(record='47', field='identifier', why='no code', lines=(1, 2)),)
    """
    found: dict[tuple[str, str, str], tuple[int, ...]] = {}
    for one in unsaid:
        key = (one.record, one.field, one.why)
        found[key] = (*found.get(key, ()), *one.lines)
    return tuple(Unsaid(*key, lines) for key, lines in found.items())


class Records(msgspec.Struct, frozen=True, kw_only=True):
    """Records of eighty columns, and what they do not say."""

    chapter: str
    edition: str
    citation: str
    records: tuple[str, ...]
    unsaid: tuple[Unsaid, ...]

    def as_bytes(self) -> bytes:
        """The file: one record a line, as the chapter prints them."""
        return "".join(f"{record}\r\n" for record in self.records).encode("ascii")


def entry_records(entry: EntrySummary, duty: CaseAnswer, *, replaces: bool = False) -> Records:
    """The records of an entry whose duty and fees are known; `replaces` where it corrects one that was sent.

    Refused: another entry type than consumption (`entry.record-type`), a figure that is not known
    (`entry.record-duty`), and text that no record takes (`entry.record-field`).
    """
    if entry.entry_type != CONSUMPTION:
        raise RecordTypeUnsuitable(got=entry.entry_type, expected=CONSUMPTION)
    if duty.totals.total is None:
        problems = [one.sentence for line in duty.lines for one in line.problems]
        raise RecordDutyUnknown(got=problems[0].rstrip(".") if problems else "a fee that is not known")
    return _Writing(entry, duty, "R" if replaces else "A").done()


class _Writing:
    """The records of one entry in the making."""

    def __init__(self, entry: EntrySummary, duty: CaseAnswer, action: str) -> None:
        self.entry, self.duty, self.action = entry, duty, action
        self.of = layouts().named("AE")
        self.unsaid: list[Unsaid] = []

    def done(self) -> Records:
        written = (*self._header(), *self._lines(), *self._totals())
        return Records(
            chapter=self.of.name,
            edition=self.of.edition,
            citation=self.of.citation,
            records=tuple(write_record(self.of, name, values) for name, values in written),
            unsaid=together(self.unsaid),
        )

    def _blank(self, record: str, field: str, why: str, line: int | None = None) -> None:
        self.unsaid.append(Unsaid(record, field, why, () if line is None else (line,)))

    # The header.

    def _header(self) -> Iterator[tuple[str, Mapping[str, object]]]:
        entry = self.entry
        self._blank("10", "signature, payment_type, statement_date", "whoever sends the records signs and pays")
        yield (
            "10",
            {
                "action": self.action,
                "filer": entry.filer_code,
                "entry": entry.entry_number[4:].replace("-", ""),
                "port": entry.port_of_entry,
                "reference": self._reference(),
                "type": entry.entry_type,
                "mode": entry.mode_of_transport,
            },
        )
        yield (
            "11",
            {
                "importer": entry.importer_number,
                "consignee": entry.consignee_number,
                "entry_date": entry.entry_date,
                "import_date": entry.import_date,
                "state": self._state(entry.consignee or entry.importer),
            },
        )
        yield "20", self._cargo()
        yield from self._bills()
        yield from self._bond()
        if entry.missing_documents:
            yield "33", dict(zip(("first", "second"), entry.missing_documents, strict=False))

    def _reference(self) -> str | None:
        text = plain(self.entry.reference_number or "")
        if len(text) <= 9:
            return text
        self._blank("10", "reference", f"{text[:40]} has more than 9 signs")
        return None

    def _state(self, party: Party) -> str | None:
        region = (party.address.region or "").upper()
        if party.address.country == "US" and _STATE.fullmatch(region):
            return region
        self._blank("11", "state", "the address of the consignee or importer names no US state by its two letters")
        return None

    def _cargo(self) -> Mapping[str, object]:
        entry = self.entry
        carrier, location = carrier_code(entry.carrier), place_code(entry.location_of_goods)
        if carrier is None:
            self._blank("20", "carrier", "the entry names the carrier by no code of two to four signs")
        if location is None:
            self._blank("20", "location", "the entry names the place by no code of four signs (FIRMS)")
        self._blank("20", "arrival_date", "the entry says when the goods were imported, not when arrival was expected")
        return {
            "carrier": carrier,
            "unlading_port": entry.unlading_port,
            "location": location,
            "conveyance": conveyance(entry.carrier, mode=entry.mode_of_transport),
            "in_transit_date": entry.in_transit_date,
        }

    def _bills(self) -> Iterator[tuple[str, Mapping[str, object]]]:
        entry, packages = self.entry, self.entry.manifest_quantity
        known = list(
            bills(mode=entry.mode_of_transport, in_transit=entry.in_transit_number, document=entry.transport_document)
        )
        if packages is None or not known:
            why = "the number of packages" if packages is None else "a bill of lading with its issuer's code"
            self._blank("22", "quantity, unit", f"the entry does not say {why}")
            self._blank("23", "kind, issuer, number", f"the entry does not say {why}")
            return
        yield "22", {"quantity": packages.quantity, "unit": packages.unit}
        for bill in known:
            yield "23", {"kind": bill.kind, "issuer": bill.issuer, "number": bill.number}

    def _bond(self) -> Iterator[tuple[str, Mapping[str, object]]]:
        kind, surety = self.entry.bond_type, self.entry.surety_number
        if kind in (None, NO_BOND) or surety is None:
            if kind != NO_BOND:
                self._blank("31", "type, surety", "the entry does not say the bond and its surety")
            return
        if kind != CONTINUOUS:
            self._blank("31", "amount", "the entry does not say the amount of a bond for one entry")
        yield "31", {"type": kind, "designation": BASIC, "surety": surety}

    # The lines.

    def _lines(self) -> Iterator[tuple[str, Mapping[str, object]]]:
        for line, answer in zip(self.entry.lines, self.duty.lines, strict=True):
            yield "40", self._line(line)
            for text in textwrap.wrap(plain(line.description), 70):
                yield "44", {"text": text}
            if line.manufacturer_id:
                yield "47", {"kind": layouts().parties["manufacturer"], "identifier": line.manufacturer_id}
            else:
                self._blank("47", "identifier", "the line has no manufacturer's code", line.line_number)
            for number, duty, value in _numbers(line, answer.charges):
                of_goods = number == line.tariff_number
                yield (
                    "50",
                    {
                        "number": number.replace(".", ""),
                        "duty": _in_cents(duty),
                        "value": value,
                        **(self._quantities(line) if of_goods else {}),
                    },
                )
            yield from self._line_fees(line, answer)

    def _line(self, line: EntryLine) -> Mapping[str, object]:
        entry, related = self.entry, line.related_parties
        for field, said in (
            ("gross_weight", line.gross_weight),
            ("charges", line.import_charges),
            ("related", related),
        ):
            if said is None:
                self._blank("40", field, "the entry does not say it", line.line_number)
        return {
            "line": f"{line.line_number:03}",
            "origin": line.country_of_origin,
            "export_country": entry.exporting_country,
            "export_date": entry.export_date,
            "programme": None if line.claim is None else line.claim.programme,
            "charges": line.import_charges,
            "lading_port": entry.lading_port,
            "gross_weight": None if line.gross_weight is None else _whole(line.gross_weight),
            "related": None if related is None else "Y" if related else "N",
        }

    def _quantities(self, line: EntryLine) -> dict[str, object]:
        written: dict[str, object] = {}
        known = [said for said in line.quantities if self._unit(line, said)]
        for at, said in enumerate(known, start=1):
            written[f"quantity_{at}"] = _in_cents(said.quantity)
            written[f"unit_{at}"] = layouts().units[said.unit]
        return written

    def _unit(self, line: EntryLine, said: EntryQuantity) -> bool:
        if said.unit not in layouts().units:
            self._blank("50", "quantity, unit", f"the code of the unit {said.unit} is not known here", line.line_number)
        return said.unit in layouts().units

    def _line_fees(self, line: EntryLine, answer: LineAnswer) -> Iterator[tuple[str, Mapping[str, object]]]:
        for fee in answer.fees:
            if is_tax(fee.code):
                yield "60", {"class": fee.code, "amount": _in_cents(fee.amount)}
        amount = self._processing(line, answer)
        if amount:
            yield "62", {"class": PROCESSING, "amount": _in_cents(amount)}
        for fee in answer.fees:
            if not is_tax(fee.code):
                yield "62", {"class": fee.code, "amount": _in_cents(fee.amount)}

    def _processing(self, line: EntryLine, answer: LineAnswer) -> Decimal | None:
        """The processing fee of one line before the minimum and maximum of the entry, which record 89 has."""
        percent = fees().mpf_formal.on(self.entry.entry_date).percent
        if answer.exemption or percent is None:
            return None
        if any(one.tariff_number.startswith("98") for one in line.additional_numbers):
            self._blank("62", "amount", "a number of chapter 98 changes what the fee is on", line.line_number)
            return None
        return cents(ad_valorem(percent, Fraction(line.entered_value)).amount)

    # The totals.

    def _totals(self) -> Iterator[tuple[str, Mapping[str, object]]]:
        charged = [fee for fee in self.duty.fees if not is_tax(fee.code)]
        for start in range(0, len(charged), 5):
            values: dict[str, object] = {}
            for at, fee in enumerate(charged[start : start + 5], start=1):
                values |= {f"class_{at}": fee.code, f"amount_{at}": _in_cents(fee.amount)}
            yield "89", values
        yield (
            "90",
            {
                "duty": _in_cents(self.duty.totals.duty or Decimal(0)),
                "fees": _in_cents(_sum(charged)),
                "tax": _in_cents(_sum([fee for fee in self.duty.fees if is_tax(fee.code)])),
            },
        )


def _numbers(line: EntryLine, charges: tuple[Charge, ...]) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Every number of a line as entries report them, with its duty and the value it is on.

    The value of the goods stands once, on their own number; an additional number has the value that it names.
    """
    additional = len(line.additional_numbers)
    own, others = charges[: len(charges) - additional], charges[len(charges) - additional :]
    with_duty = zip(line.additional_numbers, others, strict=True)
    for said, charge in sorted(with_duty, key=lambda one: in_reported_order(one[0].tariff_number, one[0].acts)):
        yield said.tariff_number, charge.amount, said.value or Decimal(0)
    # Where another number's rate stands instead of the schedule's own, nothing is charged on the number of the goods.
    yield line.tariff_number, own[0].amount if own else Decimal(0), line.entered_value


def _in_cents(amount: Decimal) -> int:
    """An amount or a quantity in hundredths, as the records have it: without a point."""
    return int(_whole(amount * 100))


def _whole(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def _sum(charged: list[Charge]) -> Decimal:
    return sum((fee.amount for fee in charged), Decimal(0))
