"""A browser without scripts, and persons that can sign in with it."""

from __future__ import annotations

import re

from starlette.testclient import TestClient

from transire.desk.person import Person
from transire.desk.persons import add_person
from transire.node.tenant import Tenant

PASSWORD = "fog over the canal 1914"
ADDRESS = "http://testserver"
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


class Browser(TestClient):
    """Follows nothing by itself."""

    def fill(self, page: str, action: str, **fields: str | list[str]) -> object:
        """Load a page, take the token of its forms, and send one."""
        found = _TOKEN.search(self.get(page).text)
        assert found, f"no form on {page}"
        return self.post(action, data={"form_token": found[1], **fields})

    def sign_in(self, slug: str, login: str) -> None:
        answer = self.fill(f"/m/{slug}/sign-in", f"/m/{slug}/sign-in", login=login, password=PASSWORD)
        assert answer.status_code == 303, answer.text  # type: ignore[attr-defined]


def add(tenant: Tenant, name: str, login: str, *roles: str, language: str = "en") -> Person:
    """A person that can sign in."""
    with tenant.transaction() as tx:
        person = add_person(tx, name=name, login=login, roles=roles, language=language, now=tenant.now())
    tenant.sign_in_desk.set_password(person.id, PASSWORD, now=tenant.now())
    return person
