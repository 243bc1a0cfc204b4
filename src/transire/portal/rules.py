"""The rules of origin: what an agreement asks of a tariff number, and what the catalogue holds."""

from __future__ import annotations

from datetime import UTC, date, datetime

from starlette.responses import Response

from transire.errors import TransireError
from transire.node.own_rules import own_catalogue
from transire.origin.agreements import Agreement, agreements
from transire.origin.browsing import coverage, rules_shown
from transire.portal.registry import N_, Pages, Place
from transire.portal.visit import Visit

PAGES = Pages(Place("/rules", N_("Rules of origin"), N_("Organisation"), "rules.read"))


@PAGES.get("/rules", operation="rules.read")
def show_rules(visit: Visit) -> Response:
    """The rules that bind a number on a day; without a number what the catalogue of the agreement holds."""
    listed = agreements()
    agreement_id = visit.asked("agreement", "usmca")
    law = listed.get(agreement_id) or listed["usmca"]
    own = own_catalogue(visit.portal.node.home.path, law.id)
    day, code = _day(visit.asked("date"), law), visit.asked("code").strip()
    found, refusal = None, None
    if code:
        try:
            found = rules_shown(law.id, code, day, own)
        except TransireError as error:
            refusal = error
    held = None if found else coverage(law.id, own)
    view = {"agreements": listed, "law": law, "code": code, "day": day, "found": found, "held": held}
    return visit.show("rules.html", status=None if refusal is None else refusal.status, refusal=refusal, **view)


def _day(text: str, law: Agreement) -> date:
    """The day of a form; where it is none, today or the last day of the agreement."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return law.day_to_browse(datetime.now(tz=UTC).date())
