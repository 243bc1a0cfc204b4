"""The pages of powers of attorney: who may act for whom, granting one, revoking one."""

from __future__ import annotations

from typing import get_args

from starlette.responses import Response

from transire.api import network
from transire.desk.permissions import require
from transire.documents.authority import Power
from transire.portal.errors import PageNotFound
from transire.portal.parties import party_of
from transire.portal.registry import N_, Item, Pages, Place
from transire.portal.visit import Visit
from transire.portal.waiting import await_statement, await_version
from transire.procedures.power_of_attorney import service

POWERS: tuple[Power, ...] = get_args(Power)
POWER_WORDS = {
    "entry": N_("make entry"),
    "entry_summary": N_("file entry summaries"),
    "bond": N_("sign bonds"),
    "drawback": N_("claim drawback"),
    "protest": N_("protest decisions"),
    "documents": N_("receive the documents that entries rest on"),
}

PAGES = Pages(
    Place(
        "/authorities",
        N_("Powers of attorney"),
        N_("Entry"),
        "authority.read",
        frozenset({"importer", "broker", "customs"}),
    ),
    told={
        "authority-granted": N_("Signed. The broker is given what entries are drafted from."),
        "authority-revoked": N_("Revoked. The broker and customs are told."),
    },
    kinds={
        "authority.granted/1": N_("granted it"),
        "authority.revoked/1": N_("revoked it"),
    },
    items={
        "authority.granted": Item(N_("A power of attorney was granted"), "/authorities"),
        "authority.revoked": Item(N_("A power of attorney was revoked"), "/authorities"),
    },
)


@PAGES.get("/authorities", operation="authority.read")
def show_authorities(visit: Visit) -> Response:
    """Granted by this member, to it, or shown to it."""
    rows = service.list_authorities(visit.tenant, visit.actor)
    return visit.show("power_of_attorney/authorities.html", rows=rows, words=POWER_WORDS)


@PAGES.get("/authorities/new", operation="authority.grant")
def show_new(visit: Visit) -> Response:
    """To whom, for what, from when until when."""
    require(visit.actor, "authority.grant")
    members = network.list_members(visit.tenant, visit.actor)
    brokers = [(line.did, line.name) for line in members if "broker" in line.roles]
    today = visit.tenant.now().date()
    return visit.show(
        "power_of_attorney/new.html",
        brokers=brokers,
        today=today,
        words=POWER_WORDS,
        powers=POWERS,
        usual=service.ENTRY_POWERS,
    )


@PAGES.post("/authorities/new", operation="authority.grant", again=show_new)
def grant_authority(visit: Visit) -> Response:
    """Sign it."""
    form = visit.form
    issued = service.grant_authority(
        visit.tenant,
        visit.actor,
        broker_did=form.text("broker"),
        valid=(form.date("from"), form.date("until") if form.optional("until") else None),
        scope=[power for power in POWERS if power in form.some("powers")],
        broker=party_of(form, "broker_"),
        filer_code=form.optional("filer_code"),
        ports=(form.optional("ports") or "").replace(",", " ").split(),
    )
    await_version(visit.tenant, issued.commitment)
    return visit.go("/authorities", told="authority-granted")


@PAGES.get("/authorities/{authority_id}/revoke", operation="authority.withdraw")
def show_revoke(visit: Visit) -> Response:
    """What revoking does, and the reason to give."""
    for row in service.list_authorities(visit.tenant, visit.actor):
        if row.authority == visit.named("authority_id"):
            return visit.show("power_of_attorney/revoke.html", row=row)
    raise PageNotFound(got=visit.named("authority_id"))


@PAGES.post("/authorities/{authority_id}/revoke", operation="authority.withdraw", again=show_revoke)
def revoke_authority(visit: Visit) -> Response:
    """Revoke it at once."""
    told = service.revoke_authority(visit.tenant, visit.actor, visit.named("authority_id"), visit.form.text("reason"))
    await_statement(visit.tenant, told)
    return visit.go("/authorities", told="authority-revoked")
