"""The officer's work list, what changed in an entry, notes to its filer; and the refund finder of the trade."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.responses import Response, StreamingResponse

from transire.portal.errors import FieldUnsuitable
from transire.portal.registry import N_, Item, Pages, Place
from transire.portal.visit import Visit
from transire.portal.waiting import await_statement
from transire.procedures.entry_summary.checks import CHECKS
from transire.procedures.entry_summary.deciding import TickedClaim, accept_claims
from transire.procedures.entry_summary.errors import ClaimsRefused, WorkFilterUnsuitable
from transire.procedures.entry_summary.pages import show_entry
from transire.procedures.entry_summary.refunds import find_refunds
from transire.procedures.entry_summary.remarks import note_filer
from transire.procedures.entry_summary.versions import compare_versions
from transire.procedures.entry_summary.work_views import (
    NAMES,
    read_filter,
    remove_work_view,
    save_work_view,
    work_views,
    write_filter,
)
from transire.procedures.entry_summary.worklist import (
    STATES,
    WorkFilter,
    WorkPage,
    WorkRow,
    export_work,
    list_work,
    work_choices,
)
from transire.procedures.line_number import read_line_number

PAGES = Pages(
    Place("/worklist", N_("Work list"), N_("Entry"), "entries.read", frozenset({"customs"})),
    Place("/refunds", N_("Refunds"), N_("Entry"), "entries.read", frozenset({"importer", "broker"})),
    told={
        "claims-accepted": N_("All claims that were ticked are accepted, and their filers are told."),
        "view-saved": N_("The view is kept under its name. Only you see it."),
        "view-removed": N_("The view was removed."),
        "filer-noted": N_("The note is on its way to the filer and the importer."),
    },
    kinds={"entry.noted/1": N_("sent a note to the filer")},
    items={"entry.noted": Item(N_("Customs sent a note about an entry"), "/entries/{document_id}#notes")},
)

SENTENCES = {check.code: check.sentence for check in CHECKS}
WORK_PAGE = 50
"""Entries a page of the work list."""


# The work list.


@PAGES.get("/worklist", operation="entries.read")
def show_work(visit: Visit) -> Response:
    """The entries of a state, filtered, with the count of each state."""
    try:
        wanted, unsuitable = read_filter(_asked(visit)), None
        page = list_work(visit.tenant, visit.actor, wanted, after=visit.asked("after") or None, limit=WORK_PAGE)
    except WorkFilterUnsuitable as problem:
        wanted, unsuitable = WorkFilter(), problem
        page = list_work(visit.tenant, visit.actor, wanted, limit=WORK_PAGE)
    shown = visit if unsuitable is None else visit.refused(unsuitable)
    choices = work_choices(visit.tenant, visit.actor)
    decides = "customs" in visit.tenant.roles and visit.may("claims.decide", "customs")
    refused = visit.problem.refused if isinstance(visit.problem, ClaimsRefused) else ()
    return shown.show(
        "entry_summary/work.html",
        page=page,
        wanted=wanted,
        here=write_filter(wanted),
        asked=visit.asked,
        states=STATES,
        choices=choices,
        programmes=[(code, code) for code in choices.programmes],
        sentences=SENTENCES,
        views=work_views(visit.tenant, visit.actor),
        saves=visit.may("views.save"),
        decides=decides,
        ticked=_ticked(visit, page, {(one.entry, one.line) for one in refused}),
        refused=refused,
    )


@PAGES.get("/worklist.csv", operation="entries.read")
def export(visit: Visit) -> Response:
    """Exactly what is filtered, as a file for a spreadsheet."""
    rows = export_work(visit.tenant, visit.actor, read_filter(_asked(visit)))
    headers = {"Content-Disposition": 'attachment; filename="worklist.csv"'}
    return StreamingResponse(rows, media_type="text/csv; charset=utf-8", headers=headers)


@PAGES.post("/worklist/accept", operation="claims.decide", again=show_work)
def accept(visit: Visit) -> Response:
    """Accept everything that is ticked, or nothing."""
    claims = [_claim(text) for name in ("entries", "claims") for text in visit.form.all(name)]
    note = visit.form.optional("note") or ""
    stated = accept_claims(visit.tenant, visit.actor, claims, note=note)
    await_statement(visit.tenant, stated[-1])
    return visit.go("/worklist", told="claims-accepted", query=_asked(visit))


@PAGES.post("/worklist/views", operation="views.save")
def save_view(visit: Visit) -> Response:
    """Keep the filter that is shown under a name."""
    save_work_view(visit.tenant, visit.actor, visit.form.text("name"), read_filter(_asked(visit)))
    return visit.go("/worklist", told="view-saved", query=_asked(visit))


@PAGES.post("/worklist/views/remove", operation="views.save")
def remove_view(visit: Visit) -> Response:
    """Forget a view."""
    remove_work_view(visit.tenant, visit.actor, visit.form.text("name"))
    return visit.go("/worklist", told="view-removed", query=_asked(visit))


def _asked(visit: Visit) -> Mapping[str, str]:
    return {name: visit.asked(name) for name in NAMES if visit.asked(name)}


def _ticked(visit: Visit, page: WorkPage, refused: set[tuple[str, int]]) -> set[str]:
    """What was ticked before, without what was refused; or all that nothing stands about, where that is asked for."""
    if visit.asked("tick") == "all":
        return {f"{row.entry}.{row.version}" for row in page.rows if _is_plain(row)}
    entries = {entry for entry, _ in refused}
    kept = {text for text in visit.form.all("entries") if text.split(".")[0] not in entries}
    sent = {*visit.form.all("claims"), *_lines_of(page, set(visit.form.all("entries")) - kept)}
    for text in sent:
        parts = text.split(".")
        if len(parts) == 3 and (parts[0], read_line_number(parts[2])) not in refused:
            kept.add(text)
    return kept


def _lines_of(page: WorkPage, ticked: set[str]) -> list[str]:
    """The claims, one by one, that a ticked entry stood for."""
    return [
        f"{row.entry}.{row.version}.{line.line}"
        for row in page.rows
        if f"{row.entry}.{row.version}" in ticked
        for line in row.lines
        if not line.accepted
    ]


def _is_plain(row: WorkRow) -> bool:
    """Whether an entry has claims to accept and nothing stands about them."""
    return row.claims > row.accepted and not (row.asked or row.answered or row.errors or "flagged" in row.states)


def _claim(text: str) -> TickedClaim:
    """A ticked box: entry and version, and the line where it is one claim."""
    entry, _, rest = text.partition(".")
    version, _, line = rest.partition(".")
    return TickedClaim(entry=entry, version=version, line=read_line_number(line) if line else None)


# One entry.


@PAGES.get("/entries/{document_id}/changes", operation="entries.read")
def show_changes(visit: Visit) -> Response:
    """What changed between two versions of an entry."""
    old, new = _version(visit, "old"), _version(visit, "new")
    compared = compare_versions(visit.tenant, visit.actor, visit.named("document_id"), old, new)
    return visit.show("entry_summary/changes.html", compared=compared)


@PAGES.post("/entries/{document_id}/remarks", operation="entries.note", again=show_entry)
def send_note(visit: Visit) -> Response:
    """A note to the filer."""
    document_id, line = visit.named("document_id"), visit.form.optional("line")
    stated = note_filer(
        visit.tenant,
        visit.actor,
        document_id,
        visit.form.text("remark"),
        line=None if line is None else visit.form.whole("line", least=1, most=9999),
    )
    await_statement(visit.tenant, stated)
    return visit.go(f"/entries/{document_id}", told="filer-noted", anchor="notes")


def _version(visit: Visit, name: str) -> int | None:
    text = visit.asked(name)
    if text and not (text.isascii() and text.isdigit() and len(text) < 6):
        raise FieldUnsuitable(got=text[:20], expected="the number of a version", where=name)
    return int(text) if text else None


# Refunds.


@PAGES.get("/refunds", operation="entries.read")
def show_refunds(visit: Visit) -> Response:
    """The entries whose goods could still get a preference that was not claimed."""
    page = find_refunds(visit.tenant, visit.actor, after=visit.asked("after") or None)
    return visit.show("entry_summary/refunds.html", page=page)
