"""The portal of one node: its pages, its languages, and how a request becomes a visit and an answer."""

from __future__ import annotations

import datetime
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from transire.desk.bearer import new_token
from transire.desk.errors import SessionEnded
from transire.desk.permissions import is_permitted, operations_of, require_some
from transire.desk.person import Person
from transire.desk.sessions import resume_session
from transire.errors import TransireError
from transire.portal.cookies import FORM, LANGUAGE, Cookies
from transire.portal.errors import MemberNotHosted
from transire.portal.forms import Form, read_form, require_small
from transire.portal.languages import Language, negotiate
from transire.portal.ownforms import FIELD, require_own_form
from transire.portal.registry import Item, Page, Pages, Place
from transire.portal.rendering import Renderer
from transire.portal.visit import Visit

if TYPE_CHECKING:
    from transire.node.node import Node
    from transire.node.tenant import Tenant
    from transire.records.inbox import InboxLine


@dataclass(frozen=True, slots=True)
class Portal:
    """What all pages share."""

    node: Node
    renderer: Renderer
    cookies: Cookies
    places: Sequence[Place]
    told: Mapping[str, str]
    kinds: Mapping[str, str]
    items: Mapping[str, Item]
    documents: Mapping[str, str]
    drafts: Mapping[str, str]
    asked: Mapping[str, str]
    """The operation that a page asks for, by its address."""

    @classmethod
    def over(cls, node: Node, renderer: Renderer, modules: Sequence[Pages]) -> Portal:
        """The portal of a node, with the pages and words of all modules."""
        return cls(
            node=node,
            renderer=renderer,
            cookies=Cookies(production=node.settings.profile == "production"),
            places=[place for module in modules for place in module.places],
            told={word: text for module in modules for word, text in module.told.items()},
            kinds={kind: text for module in modules for kind, text in module.kinds.items()},
            items={kind: item for module in modules for kind, item in module.items.items()},
            documents={schema: path for module in modules for schema, path in module.documents.items()},
            drafts={kind: path for module in modules for kind, path in module.drafts.items()},
            asked={
                page.path: page.operation
                for module in modules
                for page in module.pages
                if page.method == "GET" and page.operation is not None
            },
        )

    def page_of_document(self, schema_id: str, document_id: str) -> str:
        """The page where a document is at home: its procedure's, or the one that shows any document."""
        return self.documents.get(schema_id, "/documents/{document_id}").format(document_id=document_id)

    def page_of_draft(self, kind: str, draft_id: str) -> str:
        """The page where a draft is worked on."""
        return self.drafts.get(kind, "/").format(draft_id=draft_id)

    def shows_draft(self, person: Person, kind: str) -> bool:
        """Whether the page of a kind of draft is open to the person."""
        return self.asked.get(self.drafts.get(kind, "")) in operations_of(person.roles)

    def item_sentence(self, line: InboxLine) -> str:
        """What an item of the inbox says, still to be translated and filled in with its params."""
        item = self.items.get(line.kind)
        return line.kind if item is None else item.sentence

    def item_page(self, line: InboxLine) -> str:
        """Where an item of the inbox leads."""
        item = self.items.get(line.kind)
        if item is not None:
            return item.path.format(document_id=line.document_id, statement_id=line.statement_id)
        return f"/documents/{line.document_id}" if line.document_id else f"/proofs/{line.statement_id}"

    def tenant(self, slug: str) -> Tenant:
        """The hosted member of that name."""
        found = self.node.tenants.get(slug)
        if found is None:
            raise MemberNotHosted(got=slug)
        return found

    def language_of(self, request: Request, person: Person | None) -> Language:
        """What was chosen on this browser, else the person's own language, else what the browser asks for."""
        known = self.renderer.languages
        chosen = request.cookies.get(LANGUAGE)
        if chosen in known:
            return known[chosen]
        if person is not None and person.language.split("-")[0] in known:
            return known[person.language.split("-")[0]]
        return known[negotiate(request.headers.get("accept-language", ""), known)]

    def places_for(self, tenant: Tenant, person: Person) -> list[tuple[str, list[Place]]]:
        """The way around: groups of places that this person may go to at this member, in order."""
        groups: dict[str, list[Place]] = {}
        for place in self.places:
            fits = not place.member_roles or not place.member_roles.isdisjoint(tenant.roles)
            if fits and is_permitted(person, place.operation):
                groups.setdefault(place.group, []).append(place)
        return list(groups.items())

    def admit(self, request: Request, page: Page) -> None:
        """Raise before anything is read of a form that its sender may not send."""
        tenant = self.tenant(request.path_params["slug"])
        if page.public:
            require_small(request)
            return
        person = _person_of(tenant, self.cookies.session_token(request))
        if person is None:
            raise SessionEnded
        _require(page, person)

    def answer(self, request: Request, page: Page, form: Form) -> Response:
        """Make the visit, require what the page needs, show it, and leave the browser its cookies."""
        tenant = self.tenant(request.path_params["slug"])
        token = self.cookies.session_token(request)
        person = _person_of(tenant, token)
        if person is None and not page.public:
            return self._ask_to_sign_in(request, tenant)
        kept = token if person is not None else request.cookies.get(FORM)
        if page.method == "POST":
            require_own_form(request, secret=kept, sent=form.optional(FIELD))
        if person is not None:
            _require(page, person)
        secret = kept or new_token()
        visit = Visit(
            request=request,
            portal=self,
            tenant=tenant,
            language=self.language_of(request, person),
            person=person,
            secret=secret,
            form=form,
        )
        response = _shown(page, visit)
        if secret != kept:
            self.cookies.leave_form_secret(response, tenant.slug, secret)
        return response

    def _ask_to_sign_in(self, request: Request, tenant: Tenant) -> Response:
        """A reader is brought to the sign-in and back; a form is refused, as it would be lost on the way."""
        if request.method == "POST":
            raise SessionEnded
        wanted = request.url.path.removeprefix(f"/m/{tenant.slug}")
        query = f"?next={quote(wanted)}" if wanted not in ("", "/") else ""
        response: Response = RedirectResponse(f"/m/{tenant.slug}/sign-in{query}", 303)
        if self.cookies.session_token(request):
            self.cookies.drop_session(response, tenant.slug)
        return response


def now() -> datetime.datetime:
    """The one place where the portal reads the clock."""
    return datetime.datetime.now(datetime.UTC)


def routes(portal: Portal, modules: Sequence[Pages]) -> list[Route]:
    """One route for each address, knowing all of its methods, so that others are refused with the right `Allow`."""
    by_path: dict[str, dict[str, Page]] = {}
    for module in modules:
        for page in module.pages:
            by_path.setdefault(page.path, {})[page.method] = page
    # Fixed addresses before those with a part that is filled in: `/drafts/new` is not the draft called "new".
    ordered = sorted(by_path.items(), key=lambda item: ["{" in part for part in item[0].split("/")])
    return [Route(f"/m/{{slug}}{path}", _endpoint(portal, pages), methods=list(pages)) for path, pages in ordered]


def _endpoint(portal: Portal, pages: Mapping[str, Page]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        page = pages["GET" if request.method == "HEAD" else request.method]
        if page.method == "POST":
            await run_in_threadpool(portal.admit, request, page)
        form = await read_form(request)
        # Services are plain blocking code: SQL and waiting for a commit happen on a thread.
        return await run_in_threadpool(portal.answer, request, page, form)

    return endpoint


def _require(page: Page, person: Person) -> None:
    if page.operation is not None:
        require_some(person, page.operation)


def _person_of(tenant: Tenant, token: str | None) -> Person | None:
    if token is None:
        return None
    try:
        return resume_session(tenant.database, token, now=now()).person
    except SessionEnded:
        return None


def _shown(page: Page, visit: Visit) -> Response:
    """A refused form is shown again with the reason, where the page says how; else the refusal is a page of its own."""
    try:
        return page.show(visit)
    except TransireError as problem:
        if page.again is None or isinstance(problem, SessionEnded) or problem.status >= 500:
            raise
        return page.again(visit.refused(problem))
