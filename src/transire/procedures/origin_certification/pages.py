"""The pages of origin certification: products, drafts, the signature, and what becomes of a certification after it."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from transire.api import documents, network
from transire.crypto.canonical import parse_json
from transire.desk.permissions import require
from transire.desk.products import count_products, find_product, list_products
from transire.documents.differences import Change, differences, leaves
from transire.origin.agreements import agreement, agreements
from transire.portal.errors import FieldUnsuitable, PageNotFound
from transire.portal.fields import (
    anchor_of,
    field_lines,
    grouped,
    in_reading_order,
    is_field,
)
from transire.portal.parties import party_of
from transire.portal.registry import N_, Item, Pages, Place
from transire.portal.visit import Visit
from transire.portal.waiting import await_statement, await_version, show_under_way
from transire.procedures.origin_certification import service
from transire.procedures.origin_certification.determined import certifiable
from transire.procedures.origin_certification.errors import CertificationUnknown
from transire.procedures.origin_certification.views import SCHEMAS, Status

TRADERS = frozenset({"producer", "exporter"})
PRODUCTS_SHOWN = 100
PRODUCTS_CHOSEN_FROM = 2000
"""More check boxes than this are no way to choose; the API takes any number."""
PAPER_BYTES = 1024 * 1024
"""A certification that is brought in: five hundred goods take half of it."""
STATUSES: tuple[Status, ...] = ("any", "current", "ended")

PAGES = Pages(
    Place("/products", N_("Products"), N_("Origin"), "products.read", TRADERS),
    Place(
        "/certifications",
        N_("Certifications"),
        N_("Origin"),
        "certifications.read",
        also=("/certification-drafts",),
    ),
    told={
        "products-imported": N_("The products were taken over."),
        "certification-drafted": N_("The draft is ready. Look it over, then sign it."),
        "field-set": N_("The field was changed."),
        "certification-signed": N_("Signed. The certification is on its way to the importer and to customs."),
        "certification-brought-in": N_("Brought in, word for word. It is on its way to the importer and to customs."),
        "certification-replaced": N_("The new version stands, and every holder is told."),
        "certification-withdrawn": N_("The certification is withdrawn, and every holder is told."),
    },
    kinds={
        "certification.withdrawn/1": N_("withdrew it, and said why"),
        "certification.replaced/1": N_("replaced it by a new version, and said why"),
    },
    items={
        "certification.withdrawn": Item(
            N_("A certification was withdrawn: claims must not rest on it"), "/certifications/{document_id}"
        ),
        "certification.replaced": Item(
            N_("A certification was replaced by a new version"), "/certifications/{document_id}"
        ),
    },
    documents=dict.fromkeys(SCHEMAS, "/certifications/{document_id}"),
    drafts={service.DRAFT_KIND: "/certification-drafts/{draft_id}"},
)


# Products.


@PAGES.get("/products", operation="products.read")
def show_products(visit: Visit) -> Response:
    """The product master, as it was imported."""
    words, after = visit.asked("words")[:200], visit.asked("after")
    require(visit.actor, "products.read")
    with visit.tenant.database.reading() as view:
        rows = list_products(view, words=words, after=after, limit=PRODUCTS_SHOWN + 1)
        count = count_products(view)
    following = rows[PRODUCTS_SHOWN - 1].number if len(rows) > PRODUCTS_SHOWN else None
    return visit.show(
        "origin_certification/products.html",
        rows=rows[:PRODUCTS_SHOWN],
        count=count,
        words=words,
        following=following,
    )


@PAGES.get("/products/import", operation="products.import")
def show_import(visit: Visit) -> Response:
    """Where the two tables of the member's own system are handed over."""
    return visit.show("origin_certification/import.html", report=None)


@PAGES.post("/products/import", operation="products.import", again=show_import)
def import_products(visit: Visit) -> Response:
    """Take both tables over, or nothing of them."""
    products, materials = visit.form.file("products"), visit.form.file("materials")
    report = service.import_products(visit.tenant, visit.actor, products, materials)
    return visit.show("origin_certification/import.html", report=report)


@PAGES.get("/products/{number:path}", operation="products.read")
def show_product(visit: Visit) -> Response:
    """One product with what goes into it."""
    require(visit.actor, "products.read")
    with visit.tenant.database.reading() as view:
        product = find_product(view, visit.named("number"))
    laws = {name: agreement(name) for name in product.agreements}
    return visit.show("origin_certification/product.html", product=product, laws=laws)


# Drafting and signing.


@PAGES.get("/certifications", operation="certifications.read")
def show_certifications(visit: Visit) -> Response:
    """The certifications that are held, and the drafts that wait for a signature."""
    words, asked = visit.asked("words")[:200], visit.asked("status", "any")
    status: Status = next((each for each in STATUSES if each == asked), "any")
    page = service.list_certifications(
        visit.tenant, visit.actor, words=words, status=status, after=visit.asked("after") or None
    )
    certifies = not TRADERS.isdisjoint(visit.tenant.roles)
    can_draft = certifies and visit.may("certifications.draft")
    drafts = service.list_certification_drafts(visit.tenant, visit.actor) if can_draft else ()
    return visit.show(
        "origin_certification/certifications.html",
        page=page,
        drafts=drafts,
        words=words,
        chosen=status,
        can_draft=can_draft,
        can_bring_in=certifies and visit.may("certifications.sign"),
    )


@PAGES.get("/certifications/new", operation="certifications.draft")
def show_new(visit: Visit) -> Response:
    """Choose agreement, importer, period and goods; all else is known."""
    require(visit.actor, "certifications.draft")
    with visit.tenant.database.reading() as view:
        products = [find_product(view, row.number) for row in list_products(view, limit=PRODUCTS_CHOSEN_FROM)]
        choices = {name: certifiable(visit.tenant, view, products, law) for name, law in agreements().items()}
    laws = [law for law in agreements().values() if not TRADERS.isdisjoint(law.certifiers)]
    asked = visit.form.optional("agreement") or visit.asked("agreement")
    with_goods = {name for name, found in choices.items() if found}
    law = next((law for law in laws if law.id == asked), next((law for law in laws if law.id in with_goods), laws[0]))
    today = visit.tenant.now().date()
    return visit.show(
        "origin_certification/new.html",
        law=law,
        laws=laws,
        products=choices[law.id],
        importers=_importers(visit),
        today=today,
        until=law.blanket_end(today),
    )


@PAGES.post("/certifications/new", operation="certifications.draft", again=show_new)
def draft_certification(visit: Visit) -> Response:
    """Draft it."""
    form = visit.form
    draft_id = service.draft_certification(
        visit.tenant,
        visit.actor,
        agreement=form.one_of("agreement", list(agreements())),
        importer_did=form.text("importer"),
        goods=form.some("goods"),
        blanket=(form.date("from"), form.date("until")),
        importer=party_of(form, "importer_"),
        certified_on=form.date("certified_on") if form.optional("certified_on") else None,
    )
    return visit.go(f"/certification-drafts/{draft_id}", told="certification-drafted")


@PAGES.get("/certifications/bring-in", operation="certifications.sign")
def show_bring_in(visit: Visit) -> Response:
    """Where a certification that was signed on paper before is handed over."""
    return visit.show("origin_certification/bring_in.html", importers=_importers(visit))


@PAGES.post("/certifications/bring-in", operation="certifications.sign", again=show_bring_in)
def bring_in_certification(visit: Visit) -> Response:
    """Issue it word for word, to be audited; its date stays the old one."""
    visit.form.text("certify")
    subject = parse_json(visit.form.file("certification"), limit=PAPER_BYTES)
    if not isinstance(subject, dict):
        raise FieldUnsuitable(expected="one JSON object", where="certification")
    issued = service.bring_in_certification(
        visit.tenant, visit.actor, subject, importer_did=visit.form.text("importer")
    )
    await_version(visit.tenant, issued.commitment)
    return visit.go(f"/certifications/{issued.document_id}", told="certification-brought-in")


@PAGES.get("/certification-drafts/{draft_id}", operation="certifications.draft")
def show_draft(visit: Visit) -> Response:
    """The draft: every field beside its source, what is still asked for, and the way to each field."""
    return _draft_page(visit, "origin_certification/draft.html")


@PAGES.post("/certification-drafts/{draft_id}/field", operation="certifications.draft", again=show_draft)
def set_field(visit: Visit) -> Response:
    """Change one field by hand, and back to it or to the list of what is asked for."""
    draft_id, pointer = visit.named("draft_id"), visit.form.text("pointer")
    service.set_field(
        visit.tenant,
        visit.actor,
        draft_id,
        pointer,
        visit.form.text("value"),
        expected_version=visit.form.whole("version", least=1, most=10**8),
    )
    back = "findings" if visit.form.optional("then") == "findings" else anchor_of(pointer)
    return visit.go(f"/certification-drafts/{draft_id}", told="field-set", anchor=back)


@PAGES.get("/certification-drafts/{draft_id}/sign", operation="certifications.sign")
def show_sign(visit: Visit) -> Response:
    """The last look before a step that cannot be taken back."""
    return _draft_page(visit, "origin_certification/sign.html")


@PAGES.post("/certification-drafts/{draft_id}/sign", operation="certifications.sign", again=show_sign)
def sign_certification(visit: Visit) -> Response:
    """Sign: the person says so by a mark of its own beside the words of the law."""
    visit.form.text("certify")
    issued = service.sign_certification(visit.tenant, visit.actor, visit.named("draft_id"))
    await_version(visit.tenant, issued.commitment)
    return visit.go(f"/certifications/{issued.document_id}", told="certification-signed")


# After the signature.


@PAGES.get("/certifications/{document_id}", operation="certifications.read")
def show_certification(visit: Visit) -> Response:
    """One certification: what it says, where it stands, who has it."""
    try:
        page = service.show_certification(visit.tenant, visit.named("document_id"), visit.actor)
    except CertificationUnknown:
        waiting = show_under_way(visit, visit.named("document_id"))
        if waiting is None:
            raise
        return waiting
    beside = documents.show_document(visit.tenant, visit.actor, visit.named("document_id"))
    return visit.show("origin_certification/certification.html", page=page, view=beside)


@PAGES.get("/certifications/{document_id}/compare", operation="certifications.read")
def compare_versions(visit: Visit) -> Response:
    """What a version says differently from the one before it."""
    asked = visit.asked("version", "2")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 7 and int(asked) >= 2):
        raise PageNotFound(got=asked, expected="a version from 2 on")
    document_id, number = visit.named("document_id"), int(asked)
    old, new = (
        documents.show_document(visit.tenant, visit.actor, document_id, version=each) for each in (number - 1, number)
    )
    changes = differences(_subject(old.content), _subject(new.content))
    return visit.show("origin_certification/compare.html", old=old, new=new, changes=changes)


@PAGES.get("/certifications/{document_id}/replace", operation="certifications.replace")
def show_replace(visit: Visit) -> Response:
    """Every field that a new version may say differently."""
    page = service.show_certification(visit.tenant, visit.named("document_id"), visit.actor)
    lines = in_reading_order(field_lines(_subject(page.credential)))
    groups = grouped([line for line in lines if _is_free(line.pointer)])
    return visit.show("origin_certification/replace.html", page=page, groups=groups)


@PAGES.post("/certifications/{document_id}/replace/review", operation="certifications.replace", again=show_replace)
def review_replacement(visit: Visit) -> Response:
    """Original beside amended, before it is signed."""
    page = service.show_certification(visit.tenant, visit.named("document_id"), visit.actor)
    present = dict(leaves(_subject(page.credential)))
    changes = [
        Change(place, present[place], value)
        for place, value in _changes(visit).items()
        if place in present and present[place] != value
    ]
    return visit.show("origin_certification/review.html", page=page, changes=changes, reason=visit.form.text("reason"))


@PAGES.post("/certifications/{document_id}/replace", operation="certifications.replace", again=show_replace)
def replace_certification(visit: Visit) -> Response:
    """Sign the new version; the old one ends."""
    visit.form.text("certify")
    issued = service.replace_certification(
        visit.tenant,
        visit.actor,
        visit.named("document_id"),
        _changes(visit),
        reason=visit.form.text("reason"),
    )
    await_version(visit.tenant, issued.commitment)
    return visit.go(f"/certifications/{visit.named('document_id')}", told="certification-replaced")


@PAGES.get("/certifications/{document_id}/withdraw", operation="certifications.withdraw")
def show_withdraw(visit: Visit) -> Response:
    """What withdrawing does, and the reason to give."""
    page = service.show_certification(visit.tenant, visit.named("document_id"), visit.actor)
    return visit.show("origin_certification/withdraw.html", page=page)


@PAGES.post("/certifications/{document_id}/withdraw", operation="certifications.withdraw", again=show_withdraw)
def withdraw_certification(visit: Visit) -> Response:
    """Withdraw it for good."""
    told = service.withdraw_certification(
        visit.tenant, visit.actor, visit.named("document_id"), visit.form.text("reason")
    )
    await_statement(visit.tenant, told)
    return visit.go(f"/certifications/{visit.named('document_id')}", told="certification-withdrawn")


def _draft_page(visit: Visit, template: str) -> Response:
    draft = service.show_draft(visit.tenant, visit.actor, visit.named("draft_id"))
    problems = service.check_draft(visit.tenant, draft.id) if draft.state == "open" else ()
    editing = visit.form.optional("pointer") or visit.asked("edit")
    wanted = [problem.where for problem in problems if is_field(draft.content, problem.where)]
    lines = field_lines(draft.content, draft.sources, wanted=[*wanted, editing])
    return visit.show(
        template,
        draft=draft,
        problems=problems,
        groups=grouped(lines),
        fixed=[line.pointer for line in lines if not _is_free(line.pointer)],
        total=len(lines),
        keyed=sum(1 for line in lines if line.source is not None and line.source.origin == "keyed"),
        editing=editing,
        labels=documents.labels(visit.tenant, (source.document_id for source in draft.sources.values())),
        law=agreement(str(draft.content["agreement"])),
    )


def _importers(visit: Visit) -> list[tuple[str, str]]:
    members = network.list_members(visit.tenant, visit.actor)
    return [(line.did, line.name) for line in members if "importer" in line.roles]


FIXED = ("/agreement", "/certifierCapacity", "/certificationStatement", "/certificationDate", "/coverage")
"""What makes another certification of it, or is decided by law and calendar."""


def _is_free(pointer: str) -> bool:
    return (
        pointer not in FIXED
        and not pointer.endswith(("/goodNumber", "/determination"))
        and pointer != "/signingOfficial/name"
    )


def _changes(visit: Visit) -> dict[str, Any]:
    """The fields of the form that are pointers, by their pointer."""
    return {name: values[0].strip() for name, values in visit.form.fields.items() if name.startswith("/")}


def _subject(credential: dict[str, Any] | None) -> dict[str, Any]:
    found: dict[str, Any] = (credential or {}).get("credentialSubject", {})
    return found
