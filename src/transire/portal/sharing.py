"""Pages of sharing: giving the right to read, narrowing and withdrawing it; what two versions say differently."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from transire.api import disclosing, documents, network, sharing
from transire.desk.permissions import require
from transire.documents.differences import differences
from transire.portal.errors import FieldUnsuitable, PageNotFound
from transire.portal.fields import FieldLine, field_lines
from transire.portal.forms import Form
from transire.portal.registry import N_, Item, Pages
from transire.portal.visit import Visit
from transire.portal.waiting import await_statement
from transire.vault.statements import PURPOSES

PURPOSE_WORDS = {
    "filing": N_("to prepare or file a customs declaration"),
    "verification": N_("to verify origin, value or classification"),
    "audit": N_("to audit the books that the document belongs to"),
    "compliance": N_("to review compliance with customs, export or product law"),
    "finance": N_("to finance, insure or guarantee the trade"),
    "purchase": N_("to decide on or settle a purchase"),
    "carriage": N_("to carry, store or release the goods"),
    "dispute": N_("to bring, answer or decide a claim, a protest or a suit"),
}
assert PURPOSE_WORDS == PURPOSES, "the words of the purposes are those of the statement"

PAGES = Pages(
    told={
        "right-given": N_("Given. The document is brought to the member, and each first reading is shown here."),
        "right-narrowed": N_("Narrowed. The new terms hold from now on."),
        "right-withdrawn": N_("Withdrawn. Nothing more is brought, and the member's node closes the document."),
    },
    kinds={
        "document.granted/2": N_("gave the right to read it"),
        "document.grant_ended/1": N_("withdrew a right to read it"),
    },
    items={
        "document.shared": Item(N_("You were given the right to read a document"), "/documents/{document_id}"),
        "document.passed_on": Item(N_("A right to read your document was passed on"), "/documents/{document_id}"),
        "document.grant_ended": Item(N_("A right to read a document was withdrawn"), "/documents/{document_id}"),
    },
)


@PAGES.get("/documents/{document_id}/share", operation="documents.share")
def show_share(visit: Visit) -> Response:
    """To whom, for what, on which authority, until when."""
    tenant, document_id = visit.tenant, visit.named("document_id")
    found = sharing.show_sharing(tenant, visit.actor, document_id)
    others = [(line.did, line.name) for line in network.list_members(tenant, visit.actor) if line.did != tenant.did]
    return visit.show(
        "share.html",
        line=documents.find_line(tenant, visit.actor, document_id),
        sharing=found,
        fields=_choosable(visit, document_id),
        others=sorted(others, key=lambda other: other[1]),
        purposes=PURPOSE_WORDS,
    )


@PAGES.post("/documents/{document_id}/share", operation="documents.share", again=show_share)
def give_right(visit: Visit) -> Response:
    """Give it."""
    form = visit.form
    new = sharing.NewGrant(
        recipient=form.text("recipient"),
        purpose=form.one_of("purpose", [*PURPOSE_WORDS]),
        authority=_short(form, "authority", 200),
        expires=_end_of(form, "expires"),
        may_delegate=form.optional("may_delegate") == "yes",
        fields=tuple(form.all("fields")),
    )
    grant = sharing.grant_document(visit.tenant, visit.actor, visit.named("document_id"), new)
    await_statement(visit.tenant, grant)
    return visit.go(f"/documents/{visit.named('document_id')}", told="right-given", anchor="readers")


@PAGES.get("/documents/{document_id}/grants/{grant_id}", operation="documents.share")
def show_grant(visit: Visit) -> Response:
    """One right: narrow it or withdraw it."""
    require(visit.actor, "documents.read")
    found = sharing.show_sharing(visit.tenant, visit.actor, visit.named("document_id"))
    for each in found.grants:
        if each.grant.id == visit.named("grant_id"):
            line = documents.find_line(visit.tenant, visit.actor, each.grant.document_id)
            return visit.show("grant.html", line=line, given=each, purposes=PURPOSE_WORDS)
    raise PageNotFound(got=visit.named("grant_id"), expected="a right that was given to read this document")


@PAGES.post("/documents/{document_id}/grants/{grant_id}/narrow", operation="documents.share", again=show_grant)
def narrow_right(visit: Visit) -> Response:
    """Leave less of it."""
    form = visit.form
    grant = sharing.narrow_grant(
        visit.tenant,
        visit.actor,
        visit.named("grant_id"),
        expires=_end_of(form, "expires"),
        may_delegate=form.optional("may_delegate") == "yes",
        fields=form.all("fields"),
    )
    await_statement(visit.tenant, grant)
    return visit.go(f"/documents/{visit.named('document_id')}", told="right-narrowed", anchor="readers")


@PAGES.post("/documents/{document_id}/grants/{grant_id}/withdraw", operation="documents.share", again=show_grant)
def withdraw_right(visit: Visit) -> Response:
    """Withdraw it."""
    told = sharing.revoke_grant(visit.tenant, visit.actor, visit.named("grant_id"), _short(visit.form, "reason", 500))
    await_statement(visit.tenant, told)
    return visit.go(f"/documents/{visit.named('document_id')}", told="right-withdrawn", anchor="readers")


@PAGES.get("/documents/{document_id}/disclose", operation="documents.share")
def show_disclose(visit: Visit) -> Response:
    """Which parts to show somebody outside."""
    view = documents.show_document(visit.tenant, visit.actor, visit.named("document_id"))
    lines = field_lines(documents.subject_of(view), {})
    possible = documents.may_be_disclosed(visit.tenant, view.line)
    return visit.show("disclose.html", line=view.line, own=view.own, fields=lines, possible=possible)


@PAGES.post("/documents/{document_id}/disclose", operation="documents.share", again=show_disclose)
def disclose(visit: Visit) -> Response:
    """The file to hand over."""
    document_id = visit.named("document_id")
    raw = disclosing.disclose_document(visit.tenant, visit.actor, document_id, visit.form.some("fields"))
    headers = {"Content-Disposition": f'attachment; filename="{document_id[:12]}.disclosure.json"'}
    return Response(raw, media_type="application/json", headers=headers)


@PAGES.get("/documents/{document_id}/compare", operation="documents.read")
def compare_versions(visit: Visit) -> Response:
    """What a version says differently from the one before it."""
    asked = visit.asked("version", "2")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 7 and int(asked) >= 2):
        raise PageNotFound(got=asked, expected="a version from 2 on")
    document_id, number = visit.named("document_id"), int(asked)
    old, new = (
        documents.show_document(visit.tenant, visit.actor, document_id, version=each) for each in (number - 1, number)
    )
    changes = differences(documents.subject_of(old), documents.subject_of(new))
    return visit.show("compare.html", old=old, new=new, changes=changes)


def _choosable(visit: Visit, document_id: str) -> list[FieldLine]:
    """The parts of a document's newest version that its issuer can give alone; none for anybody else."""
    view = documents.show_document(visit.tenant, visit.actor, document_id)
    if not view.own or not documents.may_be_disclosed(visit.tenant, view.line):
        return []
    return field_lines(documents.subject_of(view), {})


def _end_of(form: Form, name: str) -> datetime | None:
    """The end of a day, UTC: what "until" means to whoever reads it."""
    if form.optional(name) is None:
        return None
    day = form.date(name)
    return datetime(day.year, day.month, day.day, 23, 59, 59, tzinfo=UTC)


def _short(form: Form, name: str, most: int) -> str | None:
    text = form.optional(name)
    if text is not None and len(text) > most:
        raise FieldUnsuitable(got=f"{len(text)} characters", expected=f"at most {most}", where=name)
    return text
