"""The API operations of the forms of a verification, and of its last days as calendar files."""

from __future__ import annotations

from typing import Any

from transire.api.operations import Answer, Call, Operations
from transire.portal.verifying import PATH as VERIFY_PATH
from transire.procedures.ical import MEDIA_TYPE
from transire.procedures.line_number import read_line_number
from transire.procedures.lookalike import LookAlike
from transire.procedures.origin_verification.dates import entry_calendar, waiting_calendar
from transire.procedures.origin_verification.forms import file_name, form_pdf, request_form, taken_form

OPERATIONS = Operations()


@OPERATIONS.op("GET", "/requests/{request_id}/form.pdf", "printRequest", scope="requests.read")
def print_request(call: Call) -> Any:
    """A request on a look-alike of CBP Form 28, a proposed action on one of CBP Form 29."""
    return _printed(request_form(call.tenant, call.person, call.path["request_id"], verify_at=_verify_at(call)))


@OPERATIONS.op("GET", "/entries/{document_id}/lines/{line}/29.pdf", "printActionTaken", scope="requests.read")
def print_action(call: Call) -> Any:
    """The denial of a line's claim on a look-alike of CBP Form 29, action taken."""
    line = read_line_number(call.path["line"])
    document_id = call.path["document_id"]
    return _printed(taken_form(call.tenant, call.person, document_id, line, verify_at=_verify_at(call)))


@OPERATIONS.op("GET", "/entries/{document_id}/dates.ics", "downloadEntryDates", scope="requests.read")
def download_dates(call: Call) -> Any:
    """The dates that the law sets for an entry, as a calendar file."""
    made = entry_calendar(call.tenant, call.person, call.path["document_id"], origin=call.node.settings.origin)
    return Answer(raw=made, media_type=MEDIA_TYPE, file_name="entry-dates.ics")


@OPERATIONS.op("GET", "/verifications.ics", "downloadVerificationDates", scope="requests.read")
def download_waiting(call: Call) -> Any:
    """The last day of everything that waits, as a calendar file."""
    made = waiting_calendar(call.tenant, call.person, origin=call.node.settings.origin)
    return Answer(raw=made, media_type=MEDIA_TYPE, file_name="verifications.ics")


def _verify_at(call: Call) -> str:
    return f"{call.node.settings.origin}{VERIFY_PATH}"


def _printed(form: LookAlike) -> Answer:
    return Answer(raw=form_pdf(form), media_type="application/pdf", file_name=file_name(form))
