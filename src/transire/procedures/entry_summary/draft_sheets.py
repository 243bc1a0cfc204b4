"""The page of a draft: one page of its lines with their fields, and what is to be known of all the others in short.

The draft is checked as a whole each time, for what is held may have changed; what is the same for every view of one
version of it is worked out once (`filing.read_draft`), and so is the duty of a line that did not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from transire.desk import drafts as desk
from transire.desk.person import Person
from transire.node.tenant import Tenant
from transire.procedures.entry_summary.filing import corrected_entry, examine_draft, read_draft
from transire.procedures.entry_summary.lines_shown import ALL, LINES_A_PAGE, LinePage, line_page
from transire.procedures.entry_summary.pricing import duty_of_draft
from transire.procedures.entry_summary.receivers import Receiver, receivers_of
from transire.procedures.entry_summary.relations import find_own_draft
from transire.procedures.entry_summary.views import by_line
from transire.procedures.findings import Finding
from transire.tariff.answer import CaseAnswer, LineAnswer

ERRORS, WARNINGS, CLAIMS, KEYED = "errors", "warnings", "claims", "keyed"
FILTERS: Final = (ALL, ERRORS, WARNINGS, CLAIMS, KEYED)


class SheetLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line that is shown: its place, what it declares, and what the checks say of it."""

    at: int
    declared: dict[str, Any]
    findings: tuple[Finding, ...]

    @property
    def base(self) -> str:
        """The pointer of its fields."""
        return f"/lines/{self.at}/"


class DraftSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A draft with one page of its lines.

    `findings` are those of the entry as a whole and of the lines shown, errors first; `found` and `errors` count those
    of all lines, and `with_errors` are the numbers of the lines that have one. `duty` is of the whole entry.
    """

    draft: desk.Draft
    corrects: str | None
    page: LinePage
    lines: tuple[SheetLine, ...]
    findings: tuple[Finding, ...]
    found: int
    errors: int
    with_errors: tuple[int, ...]
    duty: CaseAnswer
    priced: tuple[LineAnswer, ...]
    filled: int
    keyed: int
    receivers: tuple[Receiver, ...]

    @property
    def content(self) -> dict[str, Any]:
        """What the draft says."""
        return self.draft.content


def draft_sheet(
    tenant: Tenant, person: Person, draft_id: str, *, show: str = ALL, at: int | None = None, size: int = LINES_A_PAGE
) -> DraftSheet:
    """The page of a draft on which the line at this place stands, among those that the filter leaves."""
    with tenant.database.reading() as view:
        draft = find_own_draft(tenant, view, person, draft_id, "entries.check")
        findings = examine_draft(tenant, view, draft).findings
        receivers = receivers_of(tenant, view, draft.content)
    today = tenant.now().date()
    duty = duty_of_draft(draft.content, today)
    lines: Sequence[dict[str, Any]] = draft.content.get("lines", [])
    at_line = by_line(findings)
    left = _left(draft, lines, at_line)
    page = line_page(left, show, at=at, size=size)
    shown = tuple(SheetLine(at=at, declared=lines[at], findings=tuple(at_line.get(at, ()))) for at in page.places)
    told = [*(one for one in findings if not one.where.startswith("/lines/")), *(f for s in shown for f in s.findings)]
    return DraftSheet(
        draft=draft,
        corrects=corrected_entry(draft),
        page=page,
        lines=shown,
        findings=tuple(sorted(told, key=lambda finding: finding.severity)),
        found=len(findings),
        errors=sum(1 for finding in findings if finding.severity == "error"),
        with_errors=tuple(at + 1 for at in left[ERRORS]),
        duty=duty,
        priced=tuple(duty.lines[at] for at in page.places),
        filled=_count_fields(read_draft(draft, today).subject),
        keyed=len(draft.keyed_fields()),
        receivers=receivers,
    )


def _left(
    draft: desk.Draft, lines: Sequence[Mapping[str, Any]], at_line: Mapping[int, Sequence[Finding]]
) -> dict[str, Sequence[int]]:
    """The places of the lines that each filter leaves."""
    severities = {at: {finding.severity for finding in found} for at, found in at_line.items()}
    keyed = {place for where in draft.keyed_fields() if (place := _place_of(where)) is not None}
    places = range(len(lines))
    return {
        ALL: places,
        ERRORS: [at for at in places if "error" in severities.get(at, ())],
        WARNINGS: [at for at in places if "warning" in severities.get(at, ())],
        CLAIMS: [at for at in places if lines[at].get("claim")],
        KEYED: sorted(keyed & set(places)),
    }


def _place_of(pointer: str) -> int | None:
    """The place of the line that a pointer goes into."""
    parts = pointer.split("/", 3)
    return int(parts[2]) if len(parts) == 4 and parts[1] == "lines" and parts[2].isdecimal() else None


def _count_fields(subject: Mapping[str, Any]) -> int:
    """The fields of the entry and of its lines; sources are no fields, and lines are counted by theirs."""
    lines: Iterable[Mapping[str, Any]] = subject.get("lines", ())
    return sum(1 for name in subject if name not in ("lines", "sources")) + sum(len(line) for line in lines)
