"""The officer's page of an entry: all claims at a glance, and a page of lines with everything that is known of them.

The entry is opened and checked once; what is shown is what costs.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

import msgspec
import sqlalchemy as sa

from transire.desk.permissions import require
from transire.desk.person import Person
from transire.node.tenant import Tenant
from transire.origin.agreements import agreement
from transire.procedures.entry_summary.checks.case import LineOfCase
from transire.procedures.entry_summary.lines_shown import ALL, ROWS_A_PAGE, LinePage, line_page
from transire.procedures.entry_summary.views import EntryPage, Looked, look_at, page_of
from transire.tariff.answer import CaseAnswer, LineAnswer

FOUND, OPEN, ASKED, ENDED = "found", "open", "asked", "ended"
FILTERS: Final = (ALL, FOUND, OPEN, ASKED, ENDED)
"""The lines of which something was found, whose claim is open, that were asked about, whose certification has ended."""


class LineGlance(msgspec.Struct, frozen=True, kw_only=True):
    """A line as the list of all lines shows it. `found`: how much the checks found of it."""

    line: int
    description: str
    tariff_number: str
    agreement: str
    value: Decimal
    found: int
    asked: bool
    decided: bool
    ended: bool


class OfficerPage(msgspec.Struct, frozen=True, kw_only=True):
    """An entry with a page of its lines and, around them, a table of further lines in short.

    `duty` is that of the whole entry, `priced` the lines of this page in it; `with_findings` are the numbers of the
    lines of which the checks found something.
    """

    entry: EntryPage
    page: LinePage
    glances: tuple[LineGlance, ...]
    glanced: LinePage
    with_findings: tuple[int, ...]
    duty: CaseAnswer
    priced: tuple[LineAnswer, ...]


def officer_page(
    tenant: Tenant, person: Person, document_id: str, *, line: int | None = None, show: str = ALL
) -> OfficerPage:
    """The page of an entry on which a line stands, by default the first, among those that the filter leaves."""
    require(person, "entries.read")
    with tenant.database.reading() as view:
        return _page(tenant, view, look_at(tenant, view, document_id), line, show)


def _page(tenant: Tenant, tx: sa.Connection, looked: Looked, wanted: int | None, show: str) -> OfficerPage:
    lines, duty = looked.case.lines(), looked.case.duty
    at = next((place for place, one in enumerate(lines) if one.line.line_number == wanted), None)
    left = _left(looked)
    numbers = [one.line.line_number for one in lines]
    page = line_page(left, show, at=at, numbers=numbers)
    glanced = line_page(left, show, at=at, size=ROWS_A_PAGE, numbers=numbers)
    return OfficerPage(
        entry=page_of(tenant, tx, looked, [lines[place] for place in page.places]),
        page=page,
        glances=tuple(_glance(looked, lines[place]) for place in glanced.places),
        glanced=glanced,
        with_findings=tuple(lines[place].line.line_number for place in left[FOUND]),
        duty=duty,
        priced=tuple(duty.lines[place] for place in page.places),
    )


def _left(looked: Looked) -> dict[str, Sequence[int]]:
    """The places of the lines that each filter leaves."""
    lines = looked.case.lines()
    asked = {request.line for request in looked.requests}
    return {
        ALL: range(len(lines)),
        FOUND: sorted(at for at in looked.at_line if at < len(lines)),
        OPEN: [one.at for one in lines if one.claim is not None and one.line.line_number not in looked.decisions],
        ASKED: [one.at for one in lines if one.line.line_number in asked],
        ENDED: [one.at for one in lines if _has_ended(one)],
    }


def _glance(looked: Looked, one: LineOfCase) -> LineGlance:
    number = one.line.line_number
    return LineGlance(
        line=number,
        description=one.line.description,
        tariff_number=one.line.tariff_number,
        agreement="" if one.claim is None else agreement(one.claim.agreement).short,
        value=one.line.entered_value,
        found=len(looked.at_line.get(one.at, ())),
        asked=any(request.line == number for request in looked.requests),
        decided=number in looked.decisions,
        ended=_has_ended(one),
    )


def _has_ended(line: LineOfCase) -> bool:
    return line.claim is not None and line.certification is not None and line.certification.ended is not None
