"""A real node with a person for each role at a producer and at customs, and a way to ask at each of its doors."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from starlette.responses import Response
from starlette.testclient import TestClient

from transire.api.modules import operation_modules
from transire.api.operations import Operation
from transire.desk.api_tokens import create_api_token
from transire.desk.permissions import RELATIONS, operations_of, permitted_roles
from transire.desk.person import Person, Role
from transire.desk.persons import add_person
from transire.desk.sessions import NewSession, open_session
from transire.node.node import Node
from transire.node.tenant import Tenant
from transire.portal.app import create_app
from transire.portal.cookies import SESSION
from transire.portal.modules import page_modules
from transire.portal.ownforms import FIELD
from transire.portal.registry import Page

HERE, CUSTOMS, ELSEWHERE = "producer", "customs", "importer"
HOUR = datetime.timedelta(hours=1)
PAGES = [page for module in page_modules() for page in module.pages]
OPERATIONS = [operation for module in operation_modules() for operation in module.operations]
_DENIED = re.compile(r"([a-z_]+\.[a-z_]+) \((\w+)\)")
_PART = re.compile(r"\{(\w+)(?::path)?\}")


def filled(path: str, slug: str) -> str:
    """An address with names of things that do not exist."""
    return _PART.sub(lambda part: {"slug": slug, "line": "1"}.get(part[1], "none"), path)


def opened(operation: str) -> frozenset[Role]:
    """The roles that some relation opens an operation to."""
    return frozenset[Role]().union(*(permitted_roles(operation, relation) for relation in RELATIONS))


@dataclass
class Doors:
    """The application, and the persons that knock."""

    node: Node
    persons: dict[tuple[str, str], Person] = field(default_factory=dict)
    sessions: dict[tuple[str, str], NewSession] = field(default_factory=dict)
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    @cached_property
    def client(self) -> TestClient:
        return TestClient(create_app(self.node), follow_redirects=False)

    def settle_in(self) -> None:
        for slug in (HERE, CUSTOMS, ELSEWHERE):
            tenant = self.node.tenant(slug)
            for name, roles in {**{str(role): [role] for role in Role}, "everything": list(Role)}.items():
                self._add(tenant, slug, name, roles)

    def _add(self, tenant: Tenant, slug: str, name: str, roles: list[Role]) -> None:
        now = tenant.now()
        with tenant.transaction() as tx:
            person = add_person(tx, name=name, login=f"{name}@{slug}.example", roles=roles, now=now)
            self.sessions[slug, name] = open_session(tx, person.id, now=now)
        self.persons[slug, name] = person
        self.tokens[slug, name] = self.token(slug, name)

    def token(self, slug: str, name: str, *scopes: str, age: datetime.timedelta = HOUR * 0) -> str:
        """A token made so long ago, good for a day; without scopes named, with all that the roles carry."""
        tenant, person = self.node.tenant(slug), self.persons[slug, name]
        made = tenant.now() - age
        with tenant.transaction() as tx:
            return create_api_token(
                tx,
                person.id,
                name="test",
                scopes=scopes or operations_of(person.roles),
                ends_at=made + 24 * HOUR,
                now=made,
            ).token

    def old_session(self, slug: str, name: str, *, age: datetime.timedelta) -> NewSession:
        tenant = self.node.tenant(slug)
        with tenant.transaction() as tx:
            return open_session(tx, self.persons[slug, name].id, now=tenant.now() - age)

    def page(
        self, page: Page, slug: str, session: NewSession | None, *, csrf: str | None = None, method: str | None = None
    ) -> Response:
        """Ask for a page, or send its form, empty but for its token."""
        headers = {} if session is None else {"cookie": f"{SESSION}={session.token}"}
        sent = {FIELD: csrf if csrf is not None else session.csrf if session else "none"}
        return self.ask(
            method or page.method,
            filled(f"/m/{{slug}}{page.path}", slug),
            headers,
            data=sent if page.method == "POST" else None,
        )

    def call(self, operation: Operation, slug: str, token: str | None, **headers: str) -> Response:
        """Call an operation without a body."""
        known = {} if token is None else {"authorization": f"Bearer {token}"}
        return self.ask(operation.method, "/v1" + filled(operation.path, slug), {**known, **headers})

    def ask(self, method: str, path: str, headers: Mapping[str, str], **sent: object) -> Response:
        """Whatever is answered: nobody keeps it, nothing foreign runs in it, and it is no accident."""
        self.client.cookies.clear()
        answer = self.client.request(method, path, headers=dict(headers), **sent)
        assert answer.status_code < 500, answer.text
        assert answer.headers["cache-control"] == "no-store", path
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        return answer


def denial(answer: Response) -> tuple[str, str] | None:
    """The operation and relation under which the role was refused; None when it was not the role."""
    if "desk.permission-denied" not in answer.text:
        return None
    assert answer.status_code == 403
    found = _DENIED.search(answer.text)
    if found:
        return found[1], found[2]
    anyone = re.search(r"([a-z_]+\.[a-z_]+) \(any relation\)", answer.text)
    assert anyone, answer.text
    return anyone[1], "any"


def require_as_the_matrix_says(operation: str, role: Role, answer: Response, where: str) -> None:
    """The role is refused when no relation opens the operation to it, and else only where the relation does not."""
    refused = denial(answer)
    if role not in opened(operation):
        assert refused == (operation, "any"), f"{where}: {role} came in: {answer.status_code} {answer.text[:300]}"
    elif refused is not None:
        named, relation = refused
        assert named == operation, f"{where} declares {operation} and asks for {named}"
        assert role not in permitted_roles(operation, relation), f"{where}: {role} was refused against the matrix"
    else:
        assert answer.status_code != 401, where
        assert "/sign-in" not in answer.headers.get("location", ""), where
