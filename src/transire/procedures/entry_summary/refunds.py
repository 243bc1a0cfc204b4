"""The refund finder: entries whose goods could still get a preference that was not claimed when they came in.

Law: 19 USC 1520(d). A good that qualified when it was imported, and for which no preference was claimed then, is
refunded excess duties, merchandise processing fees included, when its importer files a claim with the certifications
within one year of importation (USMCA, 19 USC 4531: 19 CFR 182.31-182.33; CAFTA-DR, 19 USC 4033: 19 CFR 10.590-10.592).

For each line without a claim the certification is looked for, among those held and in force, that covers its good best.
The line is then claimed on it in thought, and the checks of a filing run over that as of today: what they find of the
claim is why a line is not counted. What is counted is priced twice by the tariff, as it was filed and as it would be
claimed. What it is not: a claim, a finding of origin, or knowledge of what was paid, protested or refunded elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import sqlalchemy as sa

from transire.desk.permissions import require
from transire.desk.person import Person
from transire.documents.entry import Claim, EntryLine, EntrySummary, read_entry_summary
from transire.documents.parties import Party
from transire.errors import TransireError
from transire.node.tenant import Tenant
from transire.origin.agreements import agreements
from transire.procedures.clocks import Due, anniversary, business_day_before, due, is_business_day, noon_of
from transire.procedures.entry_summary import tables as t
from transire.procedures.entry_summary.certificates import CITATIONS, Certificates, Match
from transire.procedures.entry_summary.checks import run_checks
from transire.procedures.entry_summary.checks.case import HeldCertification
from transire.procedures.entry_summary.checks.duty import duty_of
from transire.procedures.entry_summary.errors import (
    RefundClaimedAlready,
    RefundNotCovered,
    RefundNotKnown,
    RefundOfNothing,
)
from transire.procedures.entry_summary.gathering import gather_draft
from transire.procedures.findings import Finding
from transire.procedures.papers import deliveries_to, open_version
from transire.records import tables as records
from transire.records.cursor import SortKey, page_size, read_cursor, write_cursor
from transire.records.errors import CursorInvalid
from transire.tariff.answer import CaseAnswer
from transire.tariff.programmes import programmes_of
from transire.vault import journal

LAW = "19 USC 1520(d)"
CLOCK = "refund-claim"
CLAIMED = "refund.claimed/1"
"""The kind of statement by which preference is claimed after importation; the verification of origin makes it."""
LONGEST_PAGE = 25
"""Entries a page: each is opened, checked and priced twice."""

_w, _l, _f = t.work.c, t.lines.c, records.fields.c


class RefundLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line without a claim: what it could be refunded (`refund`, in US dollars), or why it is not counted.

    `claim_statement` is the claim that was made for it after importation, if one was.
    """

    line: int
    description: str
    tariff_number: str
    origin: str
    entered_value: Decimal
    counted: bool
    reasons: tuple[Finding, ...] = ()
    agreement: str | None = None
    programme: str | None = None
    certification: str | None = None
    certification_good: int | None = None
    duty_filed: Decimal | None = None
    duty_claimed: Decimal | None = None
    refund: Decimal | None = None
    citation: str = ""
    claim_statement: str | None = None


class RefundEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry with lines that claimed nothing. `fees` is what its processing fee would fall by (None: not known).

    `deadline` is the last day on which the claim can be filed; `file_by` the last business day until then.
    `liquidation` is the day that customs schedules it for, `protest_by` the last day of a protest counted from that.
    """

    entry: str
    version: str
    entry_number: str
    importer: str
    filer: str
    import_date: date
    deadline: date
    days_left: int
    file_by: date
    liquidation: date
    protest_by: date
    claimed: int
    claimed_since: int
    duty: Decimal
    fees: Decimal | None
    total: Decimal
    lines: tuple[RefundLine, ...]

    @property
    def counted(self) -> int:
        """How many lines could be refunded."""
        return sum(1 for line in self.lines if line.counted)


class RefundPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some entries, the nearest deadline first; `total` is of this page alone."""

    rows: tuple[RefundEntry, ...]
    total: Decimal
    next: str | None
    law: str = LAW


def find_refunds(tenant: Tenant, person: Person, *, after: str | None = None, limit: int = LONGEST_PAGE) -> RefundPage:
    """The entries held whose goods came in within a year and of which a line claims no preference."""
    require(person, "entries.read")
    size = min(page_size(limit), LONGEST_PAGE)
    with tenant.database.reading() as view:
        found = view.execute(_within_a_year(tenant, after).limit(size + 1)).all()
        certificates = Certificates(tenant, view)
        rows = [_entry(tenant, view, row, certificates) for row in found[:size]]
    following = _cursor(found[size - 1]) if len(found) > size else None
    kept = tuple(row for row in rows if row is not None)
    return RefundPage(rows=kept, total=sum((row.total for row in kept), Decimal(0)), next=following)


def _within_a_year(tenant: Tenant, after: str | None) -> sa.Select[Any]:
    """Standing entries, by the day of importation, with a line without a claim from a party to an agreement."""
    countries = sorted({country for name in CITATIONS for country in agreements()[name].parties})
    open_lines = sa.select(_l.version).where(_l.programme.is_(None), _l.origin.in_(countries))
    # A day more: it may still be yesterday where customs decides. Each entry's own clock has the last word.
    since = (anniversary(tenant.now().date(), -1) - timedelta(days=1)).isoformat()
    query = (
        sa.select(t.work, _f.value.label("imported"))
        .join(records.fields, sa.and_(_f.commitment == _w.version, _f.issuer == _w.by))
        .where(_f.name == "importDate", _f.place == 0, _f.value >= since, _w.version.in_(open_lines))
        .order_by(_f.value, _w.entry)
    )
    if after is None:
        return query
    key = read_cursor(after)
    if not 0 < key.log_index <= date.max.toordinal():
        raise CursorInvalid
    return query.where(sa.tuple_(_f.value, _w.entry) > sa.tuple_(date.fromordinal(key.log_index).isoformat(), key.id))


def _cursor(row: sa.Row[Any]) -> str:
    return write_cursor(SortKey(date.fromisoformat(row.imported).toordinal(), 0, row.entry))


# One entry.


def _entry(tenant: Tenant, tx: sa.Connection, row: sa.Row[Any], certificates: Certificates) -> RefundEntry | None:
    paper = open_version(tenant, tx, row.version)
    if paper is None:
        return None
    entry = read_entry_summary(paper.credential)
    clock = deadline_of(entry)
    left = clock.days_left(tenant.now())
    if left < 0:
        return None
    since = _claimed_since(tx, row.entry)
    matched = {
        line.line_number: match
        for line in entry.lines
        if line.claim is None
        and line.line_number not in since
        and (match := certificates.best(entry, line)) is not None
    }
    reasons = _reasons(tenant, tx, row.entry, entry, matched)
    sound = {number: match for number, match in matched.items() if not reasons.get(number)}
    filed, claimed = duty_of(entry), duty_of(_claimed(tenant, tx, entry, sound))
    lines = tuple(
        msgspec.structs.replace(
            _line(line, matched.get(line.line_number), _told(line, reasons, since), filed, claimed),
            claim_statement=since.get(line.line_number),
        )
        for line in entry.lines
        if line.claim is None
    )
    liquidation = due("liquidation", noon_of(entry.entry_date))
    duty, fees = sum((line.refund or Decimal(0) for line in lines if line.counted), Decimal(0)), _fees(filed, claimed)
    return RefundEntry(
        entry=row.entry,
        version=row.version,
        entry_number=entry.entry_number,
        importer=entry.importer.name,
        filer=tenant.name_of(row.by),
        import_date=entry.import_date,
        deadline=clock.due,
        days_left=left,
        file_by=clock.due if is_business_day(clock.due) else business_day_before(clock.due),
        liquidation=liquidation.due,
        protest_by=due("protest", noon_of(liquidation.due)).due,
        claimed_since=len(since),
        claimed=sum(1 for line in entry.lines if line.claim is not None),
        duty=duty,
        fees=fees,
        total=duty + (fees or Decimal(0)),
        lines=lines,
    )


def deadline_of(entry: EntrySummary) -> Due:
    """The clock of the claim: one year after the date of importation."""
    return due(CLOCK, noon_of(entry.import_date))


def _claimed_since(tx: sa.Connection, entry_id: str) -> dict[int, str]:
    """The lines for which preference was claimed after importation, each with the statement that did."""
    made = journal.find_about(tx, entry_id, kinds=[CLAIMED])
    return {int(str(one.statement.body["line"])): one.statement.id for one in made}


def _told(line: EntryLine, reasons: Mapping[int, tuple[Finding, ...]], since: Mapping[int, str]) -> tuple[Finding, ...]:
    if line.line_number in since:
        return (_finding(RefundClaimedAlready(), line),)
    return reasons.get(line.line_number, ())


def _claimed(tenant: Tenant, tx: sa.Connection, entry: EntrySummary, matched: Mapping[int, Match]) -> EntrySummary:
    """The entry as it would stand if these lines were claimed today."""
    lines = tuple(
        msgspec.structs.replace(line, claim=_claim(tx, entry, line, match))
        if (match := matched.get(line.line_number)) is not None
        else line
        for line in entry.lines
    )
    return msgspec.structs.replace(entry, lines=lines, summary_date=tenant.now().date())


def _claim(tx: sa.Connection, entry: EntrySummary, line: EntryLine, match: Match) -> Claim:
    held, country = match.certification, line.country_of_origin
    return Claim(
        agreement=held.content.agreement,
        programme=(programmes_of(match.agreement, country=country) or programmes_of(match.agreement))[0],
        certification=held.document_id,
        certification_good=match.good.good_number,
        issued_statement=held.issued_by,
        delivered_statement=_possession(tx, held, entry.importer),
    )


def _possession(tx: sa.Connection, held: HeldCertification, importer: Party) -> str | None:
    """The statement that the importer holds it: its first delivery; its own issue, where it certifies itself."""
    if importer.did is None or held.issuer == importer.did:
        return held.issued_by if importer.did is not None else None
    found = deliveries_to(tx, held.document_id, held.version, importer.did)
    return found[0].statement.id if found else None


def _reasons(
    tenant: Tenant, tx: sa.Connection, entry_id: str, entry: EntrySummary, matched: Mapping[int, Match]
) -> dict[int, tuple[Finding, ...]]:
    """What stands in the way of each claim: the errors that the checks find with it and do not find without it."""
    if not matched:
        return {}
    plain = msgspec.structs.replace(entry, summary_date=tenant.now().date())
    before = {(one.code, one.where) for one in run_checks(gather_draft(tenant, tx, plain, corrects=entry_id))}
    case = gather_draft(tenant, tx, _claimed(tenant, tx, entry, matched), corrects=entry_id)
    found = [one for one in run_checks(case) if one.severity == "error" and (one.code, one.where) not in before]
    return {
        line.line_number: tuple(one for one in found if f"{one.where}/".startswith(f"/lines/{at}/"))
        for at, line in enumerate(entry.lines)
        if line.line_number in matched
    }


def _line(
    line: EntryLine, match: Match | None, reasons: tuple[Finding, ...], filed: CaseAnswer, claimed: CaseAnswer
) -> RefundLine:
    before, after = _duty(filed, line), _duty(claimed, line)
    refund = None if before is None or after is None else before - after
    problem = _problem(match, refund, frees=_pays_fee(filed, line) and not _pays_fee(claimed, line))
    told = reasons or (() if problem is None else (_finding(problem, line),))
    return RefundLine(
        line=line.line_number,
        description=line.description,
        tariff_number=line.tariff_number,
        origin=line.country_of_origin,
        entered_value=line.entered_value,
        counted=not told,
        reasons=told,
        agreement=None if match is None else match.agreement,
        programme=None if match is None else programmes_of(match.agreement, country=line.country_of_origin)[0],
        certification=None if match is None else match.certification.document_id,
        certification_good=None if match is None else match.good.good_number,
        duty_filed=before,
        duty_claimed=None if told and match is None else after,
        refund=None if told else refund,
        citation="" if match is None else CITATIONS[match.agreement],
    )


def _problem(match: Match | None, refund: Decimal | None, *, frees: bool) -> TransireError | None:
    if match is None:
        return RefundNotCovered()
    if refund is None:
        return RefundNotKnown()
    return RefundOfNothing() if refund <= 0 and not frees else None


def _finding(problem: TransireError, line: EntryLine) -> Finding:
    return Finding(
        code=problem.code,
        severity="error",
        sentence=problem.sentence,
        fix=problem.fix,
        got=line.tariff_number,
        citation=LAW,
    )


def _duty(answer: CaseAnswer, line: EntryLine) -> Decimal | None:
    return next((one.duty for one in answer.lines if one.line == line.line_number), None)


def _pays_fee(answer: CaseAnswer, line: EntryLine) -> bool:
    """Whether the line is not exempt from the processing fee."""
    return any(one.line == line.line_number and not one.exemption for one in answer.lines)


def _fees(filed: CaseAnswer, claimed: CaseAnswer) -> Decimal | None:
    """By how much the fees of the entry would fall: the harbor fee stays, so that this is of the processing fee."""
    if filed.totals.fees is None or claimed.totals.fees is None:
        return None
    return filed.totals.fees - claimed.totals.fees
