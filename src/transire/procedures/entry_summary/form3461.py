"""The entry on a look-alike of CBP Form 3461 (entry and immediate delivery), from the draft or the entry as it stands.

It prints what the release of goods asks for (19 CFR 142.3): port, days, type, parties, bill of lading, packages, and of
each line number, origin and manufacturer. The blocks bear their names and not the form's numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from transire.procedures.entry_summary.errors import PdfUnavailable
from transire.procedures.entry_summary.form7501 import address_of, name_of_file, said_of
from transire.procedures.lookalike import UNKNOWN, Block, LookAlike, Proof, Section, look_alike_pdf

_HEADER: Final = (
    ("Arrival Date", "importDate"),
    ("Elected Entry Date", "entryDate"),
    ("Entry Type Code", "entryType"),
    ("Entry Number", "entryNumber"),
    ("Port", "portOfEntry"),
    ("Bond Type", "bondType"),
    ("Broker/Importer File Number", "referenceNumber"),
    ("Consignee Number", "consigneeNumber"),
    ("Importer Number", "importerNumber"),
    ("Carrier", "carrier"),
    ("Mode of Transport", "modeOfTransport"),
    ("Location of Goods", "locationOfGoods"),
    ("U.S. Port of Unlading", "unladingPort"),
    ("I.T. Number", "inTransitNumber"),
    ("B/L or AWB Number", "transportDocument"),
    ("Total Value", "totalEnteredValue"),
)


def release_form(content: Mapping[str, Any], *, proof: Proof | None, at: datetime | None = None) -> LookAlike:
    """The form of an entry as the wire writes it; a draft has no proof and says that it is one."""
    number = said_of(content, "entryNumber") or UNKNOWN
    parties = (
        Block("", "Ultimate Consignee", address_of(content.get("consignee") or content.get("importer") or {})),
        Block("", "Importer of Record", address_of(content.get("importer") or {})),
        Block("", "Broker or Other Party", address_of(content.get("broker") or {})),
    )
    return LookAlike(
        title=f"Entry/immediate delivery {number}",
        form="CBP Form 3461",
        number=number,
        is_draft=proof is None,
        note="U.S. Customs and Border Protection prints the official form; this paper names what that form asks for.",
        sections=(
            Section(heading="Entry", blocks=tuple(_blocks(content))),
            Section(heading="Parties", blocks=parties, across=3),
            Section(heading="Merchandise", columns=_COLUMNS, rows=tuple(_rows(content))),
            Section(
                heading="Certification",
                text=("19 CFR 142: made by whoever sends the release to customs, not by this paper.",),
            ),
        ),
        proof=() if proof is None else proof.blocks("Filed"),
        verify_at="" if proof is None else proof.address,
        at=at if proof is None else proof.accepted_at,
    )


def release_pdf(form: LookAlike) -> bytes:
    """The form as a tagged PDF; refused where the typesetter is not installed."""
    return look_alike_pdf(form, unavailable=PdfUnavailable)


_COLUMNS: Final = ("Line", "Description", "H.S. Number", "Country of Origin", "Manufacturer Number", "Value")


def _blocks(content: Mapping[str, Any]) -> Iterator[Block]:
    for label, name in _HEADER:
        yield Block("", label, said_of(content, name))
    packages = content.get("manifestQuantity") or {}
    yield Block("", "Manifest Quantity", f"{said_of(packages, 'quantity')} {said_of(packages, 'unit')}".strip())


def _rows(content: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for line in content.get("lines") or ():
        yield (
            said_of(line, "lineNumber"),
            said_of(line, "description"),
            said_of(line, "tariffNumber"),
            said_of(line, "countryOfOrigin"),
            said_of(line, "manufacturerId"),
            said_of(line, "enteredValue") or UNKNOWN,
        )


def release_file(form: LookAlike) -> str:
    """The name under which the form is kept."""
    return name_of_file(form.number, "3461", "pdf", is_draft=form.is_draft)
