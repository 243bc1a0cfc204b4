"""May this filer file this entry, is the entry itself in order, and was nothing keyed that a document says already?"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from transire.documents.authority import empowers, is_effective
from transire.documents.codes import entry_check_digit
from transire.documents.entry import find_source
from transire.procedures.entry_summary.checks.case import CaseFile, HeldAuthority, earliest_day
from transire.procedures.entry_summary.checks.check import Hit, check
from transire.procedures.entry_summary.checks.fields import drawn_fields


@check(
    "entry.number-check-digit",
    sentence="The check digit of the entry number is wrong, so that one of its characters is mistyped.",
    fix="Take the number from your own sequence again; the last digit is computed from the ten before it.",
    law="19 CFR 142.3a",
)
def number_check_digit(case: CaseFile) -> Iterator[Hit]:
    filer, _, rest = case.entry.entry_number.partition("-")
    sequence, _, digit = rest.partition("-")
    expected = entry_check_digit(filer, sequence)
    if digit != expected:
        yield Hit(where="/entryNumber", got=case.entry.entry_number, expected=f"{filer}-{sequence}-{expected}")


@check(
    "entry.number-used",
    sentence="This entry number stands on another entry already; a number is never used again.",
    fix="Take the next number of your sequence. To change an entry that is filed, correct that one.",
    law="19 CFR 142.3a(b)(2)",
)
def number_used(case: CaseFile) -> Iterator[Hit]:
    if case.entry.entry_number in case.entry_numbers_used:
        yield Hit(where="/entryNumber", got=case.entry.entry_number, expected="a number not used before")


@check(
    "entry.no-power-of-attorney",
    sentence="The filer is not the importer, and no power of attorney from this importer to this filer is at hand.",
    fix="Ask the importer to grant a power of attorney for entry summaries, and name it in the entry.",
    law="19 CFR 141.46; 19 USC 1484(a)(2)(B)",
)
def no_power_of_attorney(case: CaseFile) -> Iterator[Hit]:
    if _files_for_another(case) and _authority(case) is None:
        yield Hit(
            where="/powerOfAttorney",
            got=case.entry.power_of_attorney or "no power of attorney",
            expected=f"one from {case.entry.importer.name} to {case.filer}",
        )


@check(
    "entry.power-of-attorney-not-live",
    sentence="The power of attorney is not live: it was revoked, or does not cover the day of filing.",
    fix="Ask the importer for a power of attorney that covers the day, and refresh the draft.",
    law="19 CFR 141.34-141.35",
)
def power_of_attorney_not_live(case: CaseFile) -> Iterator[Hit]:
    held = _authority(case)
    if held is None:
        return
    if held.ended is not None and held.ended.is_before(case.filed):
        yield Hit(where="/powerOfAttorney", got=f"revoked on {held.ended.at:%Y-%m-%d}", expected="a live one")
    elif not any(is_effective(held.content, day) for day in (case.now.date(), earliest_day(case.now))):
        until = held.content.effective_until or "its revocation"
        yield Hit(
            where="/powerOfAttorney",
            got=f"filed on {case.now.date()}",
            expected=f"{held.content.effective_from} to {until}",
        )


@check(
    "entry.power-of-attorney-scope",
    sentence="The power of attorney does not let this broker file entry summaries at this port.",
    fix="Ask the importer to extend the power of attorney, or file through a broker that has it.",
    law="19 CFR 141.31-141.32; CBP Form 5291",
)
def power_of_attorney_scope(case: CaseFile) -> Iterator[Hit]:
    held = _authority(case)
    if held is None or empowers(held.content, "entry_summary", port=case.entry.port_of_entry):
        return
    ports = f" at {', '.join(held.content.ports)}" if held.content.ports else ""
    yield Hit(
        where="/powerOfAttorney",
        got=f"entry_summary at {case.entry.port_of_entry}",
        expected=f"{', '.join(held.content.powers)}{ports}",
    )


@check(
    "entry.importer-number-differs",
    sentence="The importer number is not the one that the importer gave in its power of attorney.",
    fix="Use the number of the power of attorney, or ask the importer to grant a new one with the right number.",
    law="19 CFR 24.5; CBP Form 7501 block 23",
)
def importer_number_differs(case: CaseFile) -> Iterator[Hit]:
    held = _authority(case)
    if held is not None and held.content.importer_number != case.entry.importer_number:
        yield Hit(where="/importerNumber", got=case.entry.importer_number, expected=held.content.importer_number)


@check(
    "entry.dates-out-of-order",
    sentence="These two dates cannot be in this order.",
    fix="Correct the date that is wrong; an invoice, export, import, entry and summary follow one another.",
    law="19 CFR 141.68, 142.12; CBP Form 7501 blocks 3, 7, 11, 15",
)
def dates_out_of_order(case: CaseFile) -> Iterator[Hit]:
    entry = case.entry
    dates = [
        ("exportDate", entry.export_date),
        ("importDate", entry.import_date),
        ("entryDate", entry.entry_date),
        ("summaryDate", entry.summary_date),
    ]
    known = [(name, day) for name, day in dates if day is not None]
    for (earlier, first), (later, second) in pairwise(known):
        if second < first:
            yield Hit(where=f"/{later}", got=second.isoformat(), expected=f"{first} ({earlier}) or later")
    for line in case.lines():
        if line.invoice is not None and line.invoice.content.invoice_date > entry.import_date:
            yield Hit(
                where=line.where("invoice"),
                got=f"invoice of {line.invoice.content.invoice_date}",
                expected=f"{entry.import_date} (importDate) or earlier",
            )


@check(
    "entry.keyed-twice",
    severity="warning",
    sentence="This field was typed, although a document that is held says it: nothing need be keyed twice.",
    fix="Take the value from the document; if the document is wrong, have it replaced by its issuer.",
    law="19 USC 1484(a)(1)",
)
def keyed_twice(case: CaseFile) -> Iterator[Hit]:
    typed = {field for field, source in case.sources.items() if source.keyed_by is not None}
    for pointer, drawn in (drawn_fields(case, near=typed) if typed else {}).items():
        source = find_source(case.sources, pointer)
        if source is not None and source.keyed_by is not None:
            yield Hit(where=pointer, got="typed", expected=f"{drawn.value} from {drawn.title}{drawn.pointer}")


def _files_for_another(case: CaseFile) -> bool:
    return case.filer != case.entry.importer.did


def _authority(case: CaseFile) -> HeldAuthority | None:
    """The power of attorney that the entry names, if it is this importer's, for this filer, and signed by it."""
    held = case.authorities.get(case.entry.power_of_attorney or "")
    if held is None or not _files_for_another(case):
        return None
    principal, agent = held.content.principal.did, held.content.agent.did
    if held.issuer != (principal or held.issuer) or principal != case.entry.importer.did or agent != case.filer:
        return None
    return held
