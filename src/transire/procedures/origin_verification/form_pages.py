"""The forms of a verification to print, and its last days to take into a calendar."""

from __future__ import annotations

from starlette.responses import Response

from transire.portal.registry import Pages
from transire.portal.verifying import PATH as VERIFY_PATH
from transire.portal.visit import Visit
from transire.procedures.ical import MEDIA_TYPE
from transire.procedures.line_number import read_line_number
from transire.procedures.origin_verification.dates import entry_calendar, waiting_calendar
from transire.procedures.origin_verification.forms import file_name, form_pdf, request_form, taken_form

PAGES = Pages()


@PAGES.get("/requests/{request_id}/form.pdf", operation="requests.read")
def print_request(visit: Visit) -> Response:
    """A request on a look-alike of CBP Form 28, a proposed action on one of CBP Form 29."""
    form = request_form(visit.tenant, visit.actor, visit.named("request_id"), verify_at=_verify_at(visit))
    return _attached(form_pdf(form), "application/pdf", file_name(form))


@PAGES.get("/entries/{document_id}/lines/{line}/29.pdf", operation="requests.read")
def print_action(visit: Visit) -> Response:
    """The denial of a line's claim on a look-alike of CBP Form 29, action taken."""
    line = read_line_number(visit.named("line"))
    form = taken_form(visit.tenant, visit.actor, visit.named("document_id"), line, verify_at=_verify_at(visit))
    return _attached(form_pdf(form), "application/pdf", file_name(form))


@PAGES.get("/entries/{document_id}/dates.ics", operation="requests.read")
def download_dates(visit: Visit) -> Response:
    """The dates that the law sets for an entry, as a calendar file."""
    origin = visit.portal.node.settings.origin
    made = entry_calendar(visit.tenant, visit.actor, visit.named("document_id"), origin=origin)
    return _attached(made, MEDIA_TYPE, "entry-dates.ics")


@PAGES.get("/verifications.ics", operation="requests.read")
def download_waiting(visit: Visit) -> Response:
    """The last day of everything that waits, as a calendar file."""
    made = waiting_calendar(visit.tenant, visit.actor, origin=visit.portal.node.settings.origin)
    return _attached(made, MEDIA_TYPE, "verifications.ics")


def _verify_at(visit: Visit) -> str:
    return f"{visit.portal.node.settings.origin}{VERIFY_PATH}"


def _attached(raw: bytes, media_type: str, name: str) -> Response:
    return Response(raw, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
