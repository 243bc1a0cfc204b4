"""The officer's page of an entry: all claims at a glance, and a page of lines with everything that is known of them.

The entry is opened and checked once; what is shown is what costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import msgspec
import sqlalchemy as sa

from transire.desk.permissions import require
from transire.desk.person import Person
from transire.node.tenant import Tenant
from transire.origin.agreements import agreement
from transire.procedures.entry_summary.checks.case import LineOfCase
from transire.procedures.entry_summary.views import EntryPage, Looked, look_at, page_of
from transire.tariff.answer import CaseAnswer, LineAnswer

LINES_A_PAGE: Final = 25


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
    """An entry with the lines of one page. `before` and `after` are lines of the pages beside it, if there are any.

    `duty` is that of the whole entry, `priced` the lines of this page in it.
    """

    entry: EntryPage
    glances: tuple[LineGlance, ...]
    duty: CaseAnswer
    priced: tuple[LineAnswer, ...]
    first: int
    last: int
    before: int | None
    after: int | None


def officer_page(tenant: Tenant, person: Person, document_id: str, *, line: int | None = None) -> OfficerPage:
    """The page of an entry on which a line stands, by default the first."""
    require(person, "entries.read")
    with tenant.database.reading() as view:
        return _page(tenant, view, look_at(tenant, view, document_id), line)


def _page(tenant: Tenant, tx: sa.Connection, looked: Looked, wanted: int | None) -> OfficerPage:
    lines = looked.case.lines()
    at = next((place for place, one in enumerate(lines) if one.line.line_number == wanted), 0)
    start = at - at % LINES_A_PAGE
    shown = lines[start : start + LINES_A_PAGE]
    following = lines[start + LINES_A_PAGE : start + LINES_A_PAGE + 1]
    return OfficerPage(
        entry=page_of(tenant, tx, looked, shown),
        glances=tuple(_glances(looked)),
        duty=looked.case.duty,
        priced=looked.case.duty.lines[start : start + LINES_A_PAGE],
        first=shown[0].line.line_number,
        last=shown[-1].line.line_number,
        before=lines[start - LINES_A_PAGE].line.line_number if start else None,
        after=following[0].line.line_number if following else None,
    )


def _glances(looked: Looked) -> Iterator[LineGlance]:
    asked = {request.line for request in looked.requests}
    for one in looked.case.lines():
        yield LineGlance(
            line=one.line.line_number,
            description=one.line.description,
            tariff_number=one.line.tariff_number,
            agreement="" if one.claim is None else agreement(one.claim.agreement).short,
            value=one.line.entered_value,
            found=len(looked.at_line.get(one.at, ())),
            asked=one.line.line_number in asked,
            decided=one.line.line_number in looked.decisions,
            ended=_has_ended(one),
        )


def _has_ended(line: LineOfCase) -> bool:
    return line.claim is not None and line.certification is not None and line.certification.ended is not None
