"""A cargo release (entry and immediate delivery, CBP Form 3461) as records SE, from a draft or an entry as it stands.

Goods are released before the entry summary is filed: so a draft will do, and what it lacks is left blank and said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from transire.procedures.entry_summary.catair.entry import Records, Unsaid, together
from transire.procedures.entry_summary.catair.layout import layouts, plain, write_record
from transire.procedures.entry_summary.catair.shipping import Bill, bills, carrier_code, conveyance, place_code

_NEEDED = (
    ("SE10", "entryNumber", "the entry number"),
    ("SE10", "entryType", "the entry type"),
    ("SE10", "bondType", "the bond type"),
    ("SE10", "portOfEntry", "the port of entry"),
    ("SE10", "importerNumber", "the importer number"),
    ("SE10", "modeOfTransport", "the mode of transport"),
)


def release_records(content: Mapping[str, Any]) -> Records:
    """The records of a release, of an entry as the wire writes it; refuse text that no record takes."""
    of = layouts().named("SE")
    written = (*_header(content), *_lines(content))
    return Records(
        chapter=of.name,
        edition=of.edition,
        citation=of.citation,
        records=tuple(write_record(of, name, values) for name, values in written),
        unsaid=together(_unsaid(content)),
    )


def _header(content: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, object]]]:
    number = str(content.get("entryNumber") or "")
    yield (
        "SE10",
        {
            "action": "A",
            "filer": number[:3],
            "entry": number[4:].replace("-", ""),
            "type": content.get("entryType"),
            "importer": content.get("importerNumber"),
            "mode": content.get("modeOfTransport"),
            "bond_type": content.get("bondType"),
            "value": content.get("totalEnteredValue"),
            "port": content.get("portOfEntry"),
            "unlading_port": content.get("unladingPort"),
        },
    )
    place = place_code(content.get("locationOfGoods"))
    named = conveyance(content.get("carrier"), mode=content.get("modeOfTransport"))
    if place or named:
        yield "SE11", {"location": place, "conveyance": named}
    quantity = (content.get("manifestQuantity") or {}).get("quantity")
    known = _bills(content)
    for bill in known:  # the packages are those of the bill itself, and not of the in-bond number before it
        told = quantity if bill is known[-1] else None
        yield "SE15", {"kind": bill.kind, "issuer": bill.issuer, "number": bill.number, "quantity": told}


def _lines(content: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, object]]]:
    for line in content.get("lines") or ():
        number = int(line["lineNumber"])
        text = plain(str(line.get("description") or ""))[:70].rstrip()
        yield "SE40", {"line": f"{number:03}", "origin": line.get("countryOfOrigin"), "description": text}
        tariff = str(line.get("tariffNumber") or "").replace(".", "")
        yield "SE60", {"number": tariff, "value": line.get("enteredValue")}


def _bills(content: Mapping[str, Any]) -> list[Bill]:
    return list(
        bills(
            mode=content.get("modeOfTransport"),
            in_transit=content.get("inTransitNumber"),
            document=content.get("transportDocument"),
        )
    )


def _unsaid_carrier(carrier: str | None) -> str:
    """Why the record does not name the carrier: of a carrier it takes the name of the vessel, and nothing else."""
    if not carrier:
        return "nothing says the carrier yet"
    if carrier_code(carrier) is not None:
        return f"the carrier is named by its code {carrier}, which this record has no place for"
    return "the carrier is not named by a vessel whose name fits"


def _unsaid(content: Mapping[str, Any]) -> Iterator[Unsaid]:
    for record, name, told in _NEEDED:
        if not content.get(name):
            yield Unsaid(record, name, f"nothing says {told} yet")
    if conveyance(content.get("carrier"), mode=content.get("modeOfTransport")) is None:
        yield Unsaid("SE11", "carrier", _unsaid_carrier(content.get("carrier")))
    if not _bills(content):
        yield Unsaid("SE15", "kind, issuer, number", "there is no bill of lading with its issuer's code")
    yield Unsaid("SE15", "indicator of a bill that is in no manifest", "the draft does not know it")
    yield Unsaid("SE30-SE56", "names and addresses of the parties", "their codes are not known here")
    for line in content.get("lines") or ():
        for name in ("tariffNumber", "countryOfOrigin", "enteredValue"):
            if not line.get(name):
                yield Unsaid("SE40, SE60", name, "the line lacks it", (int(line["lineNumber"]),))
