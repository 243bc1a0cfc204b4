"""The entry on a look-alike of CBP Form 7501: its blocks by their numbers, its lines, its totals, where to verify it.

What is printed is what the entry or the draft says, and the duty as the schedule at hand gives it; a figure that is not
known is printed as not known. It is marked on every page as not an official form: no certified filer made it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from importlib.resources import files
from typing import Any, Final

import msgspec
import segno

from transire.documents.entry import in_reported_order
from transire.procedures.entry_summary.errors import PdfUnavailable
from transire.procedures.lookalike import UNKNOWN, Block, Proof, address_text
from transire.procedures.typesetting import can_typeset, typeset
from transire.tariff.answer import CaseAnswer, Charge, LineAnswer
from transire.tariff.entry_fees import STATED_BY_FILER
from transire.tariff.law import is_tax

MULTI: Final = "MULTI"
"""What blocks 10 and 13 say where the lines differ (CBP Form 7501 instructions); the lines then say it themselves."""


class FormLine(msgspec.Struct, frozen=True, kw_only=True):
    """One line (blocks 27 to 34).

    `numbers` are those of block 29: of chapters 98 and 99 first, then that of the goods. `charges` are the duty on
    each number, the taxes and the stated fees: what it is on (blank where there is one number), rate, formula, amount.
    """

    number: str
    description: str
    notes: tuple[str, ...]
    numbers: tuple[str, ...]
    gross_weight: str
    quantities: tuple[str, ...]
    value: str
    charges_of_import: str
    relationship: str
    charges: tuple[tuple[str, str, str, str], ...]


class Form7501(msgspec.Struct, frozen=True, kw_only=True):
    """All that the form prints."""

    title: str
    entry_number: str
    is_draft: bool
    blocks: tuple[Block, ...]
    parties: tuple[Block, ...]
    lines: tuple[FormLine, ...]
    fees: tuple[tuple[str, str, str, str], ...]
    totals: tuple[Block, ...]
    declared_by: tuple[Block, ...]
    notices: tuple[str, ...]
    verify_at: str
    proof: tuple[Block, ...]
    at: datetime | None


def form_of(
    content: Mapping[str, Any], duty: CaseAnswer, *, proof: Proof | None, at: datetime | None = None
) -> Form7501:
    """The form of an entry as the wire writes it; a draft has no proof and says that it is one."""
    lines: Sequence[Mapping[str, Any]] = content.get("lines") or ()
    number = said_of(content, "entryNumber") or UNKNOWN
    return Form7501(
        title=f"Entry summary {number}",
        entry_number=number,
        is_draft=proof is None,
        blocks=tuple(_blocks(content, lines)),
        parties=(
            Block("25", "Ultimate Consignee Name and Address", address_of(content.get("consignee") or {})),
            Block("26", "Importer of Record Name and Address", address_of(content.get("importer") or {})),
        ),
        lines=tuple(_lines(content, lines, duty.lines)),
        fees=tuple((fee.code, fee.title, fee.formula, _money(fee.amount)) for fee in duty.fees),
        totals=tuple(_totals(content, duty)),
        declared_by=(
            Block("41", "Declarant", "the signature is that of the credential" if proof else ""),
            Block("42", "Broker/Filer Information", address_of(content.get("broker") or {})),
            Block("43", "Broker/Importer File No.", said_of(content, "referenceNumber")),
        ),
        notices=tuple(_notices(duty)),
        verify_at="" if proof is None else proof.address,
        proof=() if proof is None else proof.blocks("Filed"),
        at=at if proof is None else proof.accepted_at,
    )


def form_pdf(form: Form7501) -> bytes:
    """The form as a tagged PDF; refused where the typesetter is not installed."""
    if not can_typeset():
        raise PdfUnavailable
    source = (files(__package__) / "form7501.typ").read_bytes()
    code = segno.make(form.verify_at, error="m").svg_inline(border=0) if form.verify_at else ""
    content = msgspec.json.encode(form, order="deterministic")
    return typeset(source, "form", content, form.at, pictures={"code": code})


def file_name(form: Form7501) -> str:
    """The name under which the form is kept."""
    return name_of_file(form.entry_number, "7501", "pdf", is_draft=form.is_draft)


def name_of_file(number: str, form: str, ending: str, *, is_draft: bool) -> str:
    """The name of a file of an entry: of letters, digits and dashes alone, whatever a draft says."""
    kept = re.sub(r"[^A-Za-z0-9-]", "_", number)[:40]
    return f"{kept}.{form}{'.draft' if is_draft else ''}.{ending}"


def _blocks(content: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> Iterator[Block]:
    for number, label, name in _HEADER:
        yield Block(number, label, said_of(content, name))
        if number == "9":
            yield Block("10", "Country of Origin", _common(lines, "countryOfOrigin"))
        if number == "12":
            yield Block("13", "Manufacturer ID", _common(lines, "manufacturerId"))


_HEADER: Final = (
    ("1", "Filer Code/Entry No.", "entryNumber"),
    ("2", "Entry Type", "entryType"),
    ("3", "Summary Date", "summaryDate"),
    ("4", "Surety No.", "suretyNumber"),
    ("5", "Bond Type", "bondType"),
    ("6", "Port Code", "portOfEntry"),
    ("7", "Entry Date", "entryDate"),
    ("8", "Importing Carrier", "carrier"),
    ("9", "Mode of Transport", "modeOfTransport"),
    ("11", "Import Date", "importDate"),
    ("12", "B/L or AWB No.", "transportDocument"),
    ("14", "Exporting Country", "exportingCountry"),
    ("15", "Export Date", "exportDate"),
    ("16", "I.T. No.", "inTransitNumber"),
    ("17", "I.T. Date", "inTransitDate"),
    ("18", "Missing Docs", "missingDocuments"),
    ("19", "Foreign Port of Lading", "ladingPort"),
    ("20", "U.S. Port of Unlading", "unladingPort"),
    ("21", "Location of Goods/G.O. No.", "locationOfGoods"),
    ("22", "Consignee No.", "consigneeNumber"),
    ("23", "Importer No.", "importerNumber"),
    ("24", "Reference No.", "referenceNumber"),
)


def said_of(content: Mapping[str, Any], name: str) -> str:
    """What a field says, as text; blank where it says nothing."""
    value = content.get(name)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _common(lines: Sequence[Mapping[str, Any]], name: str) -> str:
    """What all lines say with one voice; else that they differ."""
    said = {said_of(line, name) for line in lines}
    return said.pop() if len(said) == 1 else MULTI if said else ""


_DIFFERING: Final = (("O", "countryOfOrigin"), ("MID", "manufacturerId"))
"""What a line says itself where the lines differ, with the letters that the form's instructions put before it."""


def address_of(party: Mapping[str, Any]) -> str:
    """A party's name and address, one part a line."""
    address = party.get("address") or {}
    place = (said_of(address, name) for name in ("city", "region", "postalCode", "country"))
    return address_text(said_of(party, "name"), said_of(address, "street"), *place)


def _lines(
    content: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], answers: Sequence[LineAnswer]
) -> Iterator[FormLine]:
    differing = [(label, name) for label, name in _DIFFERING if _common(lines, name) == MULTI]
    packages = content.get("manifestQuantity") or {}
    manifested = f"{said_of(packages, 'quantity')} {said_of(packages, 'unit')}".strip()
    for line, answer in zip(lines, answers, strict=True):
        yield _line(line, answer, differing, manifested)
        manifested = ""  # the packages are those of the whole bill of lading: they stand on its first line


def _line(
    line: Mapping[str, Any], answer: LineAnswer, differing: Sequence[tuple[str, str]], manifested: str
) -> FormLine:
    related = line.get("relatedParties")
    weight = f"{said_of(line, 'grossWeight')} kg" if line.get("grossWeight") else ""
    return FormLine(
        number=f"{answer.line:03}",
        description=said_of(line, "description"),
        notes=tuple(_line_notes(line, answer, differing)),
        numbers=tuple(_numbers(line)),
        gross_weight=", ".join(part for part in (weight, manifested) if part),
        quantities=tuple(f"{said_of(one, 'quantity')} {said_of(one, 'unit')}" for one in line.get("quantities") or ()),
        value=said_of(line, "enteredValue") or UNKNOWN,
        charges_of_import=said_of(line, "importCharges"),
        relationship="" if related is None else "related" if related else "not related",
        charges=tuple(_charges(answer)),
    )


def _numbers(line: Mapping[str, Any]) -> Iterator[str]:
    """The numbers of a line in the order in which entries report them: 98, then 99, then that of the goods."""
    additional = [(said_of(one, "tariffNumber"), one.get("acts")) for one in line.get("additionalNumbers") or ()]
    yield from (number for number, _ in sorted(additional, key=lambda one: in_reported_order(*one)) if number)
    claim = line.get("claim") or {}
    own = " ".join(part for part in (said_of(claim, "programme"), said_of(line, "tariffNumber")) if part)
    if own:
        yield own


def _charges(answer: LineAnswer) -> Iterator[tuple[str, str, str, str]]:
    several = len(answer.charges) > 1
    for charge in answer.charges:
        yield charge.code if several else "", charge.rate, charge.formula, _money(charge.amount)
    if not answer.charges:
        yield "", "", answer.problems[0].sentence if answer.problems else "", UNKNOWN
    for fee in answer.fees:
        if fee.citation == STATED_BY_FILER:
            yield fee.code, fee.title, fee.formula, _money(fee.amount)


def _line_notes(line: Mapping[str, Any], answer: LineAnswer, differing: Sequence[tuple[str, str]]) -> Iterator[str]:
    """What stands under the description: what differs between the lines, the invoice, the reason of an exemption."""
    for label, name in differing:
        if line.get(name):
            yield f"{label} {line[name]}"
    invoice = line.get("invoice") or {}
    if invoice:
        yield f"Invoice {said_of(invoice, 'invoiceNumber')}, line {said_of(invoice, 'lineNumber')}"
    if answer.exemption:
        yield f"Fee 499 exempt: {answer.exemption}"


def _totals(content: Mapping[str, Any], duty: CaseAnswer) -> Iterator[Block]:
    totals, taxed = duty.totals, tax_of(duty)
    other = None if totals.fees is None or taxed.stated is None else totals.fees - taxed.stated
    yield Block("35", "Total Entered Value", f"$ {said_of(content, 'totalEnteredValue') or UNKNOWN}")
    yield Block("37", "Duty", _dollars(totals.duty))
    yield Block("38", "Tax", "not computed" if taxed.may_be_due else _dollars(taxed.stated))
    yield Block("39", "Other", _dollars(other))
    yield Block("40", "Total", UNKNOWN if taxed.may_be_due else _dollars(totals.total))


class Taxed(msgspec.Struct, frozen=True):
    """Internal revenue tax of an entry: what the filer stated (None where the fees of the entry are not known), and
    whether a line is of goods on which it may be due without any being stated."""

    stated: Decimal | None
    may_be_due: bool


def tax_of(duty: CaseAnswer) -> Taxed:
    """The internal revenue tax of an entry, which is stated by the filer and computed by nobody here (26 USC 5001)."""
    stated = None
    if duty.totals.fees is not None:
        stated = sum((fee.amount for fee in duty.fees if is_tax(fee.code)), Decimal("0.00"))
    notices = (one for line in duty.lines for one in line.notices if one.code == "tariff.fee-not-computed")
    return Taxed(stated, any(is_tax(one.got[:3]) for one in notices))


def _notices(duty: CaseAnswer) -> Iterator[str]:
    """The editions and the fees that the figures rest on: each once."""
    charges: list[Charge] = [*(charge for line in duty.lines for charge in line.charges), *duty.fees]
    yield from dict.fromkeys(f"{one.citation.rsplit(', ', 1)[0]} ({one.as_of})" for one in charges)


def _money(amount: Decimal) -> str:
    return f"{amount:,}"


def _dollars(amount: Decimal | None) -> str:
    return UNKNOWN if amount is None else f"$ {amount:,}"
