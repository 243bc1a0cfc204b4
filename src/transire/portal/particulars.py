"""The member's particulars: name, address, official and numbers, which every document takes from here."""

from __future__ import annotations

from typing import cast, get_args

from starlette.responses import Response

from transire.api import network, particulars
from transire.desk.particulars import Particulars
from transire.documents.authority import PrincipalKind
from transire.documents.parties import SigningOfficial
from transire.portal.errors import FieldMissing
from transire.portal.forms import Form
from transire.portal.parties import party_of
from transire.portal.registry import N_, Pages, Place
from transire.portal.visit import Visit
from transire.tariff.agencies import agency_programmes

KINDS = {
    "individual": N_("individual"),
    "partnership": N_("partnership"),
    "corporation": N_("corporation"),
    "sole_proprietorship": N_("sole proprietorship"),
    "limited_liability_company": N_("limited liability company"),
    "association": N_("association"),
}

PAGES = Pages(
    Place("/particulars", N_("Particulars"), N_("Organisation"), "particulars.read"),
    told={"particulars-written": N_("The particulars were written. Documents take them from here.")},
)


@PAGES.get("/particulars", operation="particulars.read")
def show_particulars(visit: Visit) -> Response:
    """As they stand; whoever may write them sees them as a form."""
    given = particulars.show_particulars(visit.tenant, visit.actor)
    members = network.list_members(visit.tenant, visit.actor)
    customs = [line for line in members if "customs" in line.roles]
    offices = [(line.did, line.name) for line in members if "agency" in line.roles]
    return visit.show(
        "particulars.html",
        given=given,
        kinds=KINDS,
        customs=[(line.did, line.name) for line in customs],
        offices=offices,
        agencies=_agencies(),
    )


@PAGES.post("/particulars", operation="particulars.write", again=show_particulars)
def change_particulars(visit: Visit) -> Response:
    """Write them."""
    form = visit.form
    party = party_of(form, "party_")
    if party is None:
        raise FieldMissing(where="party_name")
    kind = form.optional("principal_kind")
    new = Particulars(
        party=party,
        official=_official(form),
        importer_number=form.optional("importer_number"),
        principal_kind=cast("PrincipalKind", kind) if kind in get_args(PrincipalKind) else None,
        organized_under=form.optional("organized_under"),
        filer_code=form.optional("filer_code"),
        customs=form.optional("customs"),
        agencies={code: did for code in _agencies() if (did := form.optional(f"agency_{code}"))},
    )
    particulars.change_particulars(visit.tenant, visit.actor, new)
    return visit.go("/particulars", told="particulars-written")


def _agencies() -> dict[str, str]:
    """The partner agencies that the tariff names, by their codes, with what makes them concerned."""
    return {found.agency: found.title for found in agency_programmes()}


def _official(form: Form) -> SigningOfficial | None:
    name = form.optional("official_name")
    if name is None:
        return None
    return SigningOfficial(
        name=name,
        title=form.text("official_title"),
        phone=form.optional("official_phone"),
        email=form.optional("official_email"),
    )
