"""The tariff schedule to walk through: chapters, headings, numbers with units, rates, programmes and footnotes."""

from __future__ import annotations

from datetime import date

from starlette.responses import Response

from transire.api import tariff
from transire.portal.registry import N_, Pages, Place
from transire.portal.visit import Visit
from transire.tariff.number import parse_tariff_number
from transire.tariff.tree import MOST_HITS

PAGES = Pages(Place("/tariff", N_("Tariff schedule"), N_("Entry"), "tariff.read"))


@PAGES.get("/tariff", operation="tariff.read")
def browse(visit: Visit) -> Response:
    """What words or digits find, the headings of a chapter, or the chapters."""
    words, chapter, day = visit.asked("words"), visit.asked("chapter"), _day(visit)
    view = tariff.browse_tariff(visit.actor, day, words=words, chapter=chapter[:2])
    return visit.show("tariff.html", tariff=view, words=words, chapter=chapter[:2], number="", most=MOST_HITS)


@PAGES.get("/tariff/{number}", operation="tariff.read")
def show(visit: Visit) -> Response:
    """A number, with what stands over it and below it."""
    number = parse_tariff_number(visit.named("number"))
    view = tariff.show_tariff(visit.actor, number.digits, _day(visit))
    return visit.show(
        "tariff.html", tariff=view, words="", chapter=number.chapter, number=number.dotted, most=MOST_HITS
    )


def _day(visit: Visit) -> date:
    """The day that is asked for; today where the form says none or no day."""
    try:
        return date.fromisoformat(visit.asked("date"))
    except ValueError:
        return visit.tenant.now().date()
