"""A portal over a real node with two traders and customs. The node is shared by a module's tests; browsers are not."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from transire.desk.person import Person
from transire.desk.persons import add_person
from transire.node.home import write_new_secret
from transire.node.node import NewMember, Node
from transire.node.settings import NodeSettings
from transire.node.tenant import Tenant
from transire.portal.app import create_app

PASSWORD = "fog over the canal 1914"
ADDRESS = "http://testserver"
_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


class Browser(TestClient):
    """A browser without scripts that follows nothing by itself."""

    def fill(self, page: str, action: str, **fields: str | list[str]) -> object:
        """Load a page, take the token of its forms, and send one."""
        found = _TOKEN.search(self.get(page).text)
        assert found, f"no form on {page}"
        return self.post(action, data={"form_token": found[1], **fields})

    def sign_in(self, slug: str, login: str) -> None:
        answer = self.fill(f"/m/{slug}/sign-in", f"/m/{slug}/sign-in", login=login, password=PASSWORD)
        assert answer.status_code == 303, answer.text  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def styles(repository: Path) -> None:
    """The built styles; built here when `make` has not done it."""
    subprocess.run([sys.executable, repository / "web" / "build.py"], check=True)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Customs, a producer and a broker; the producer has an administrator, a preparer and an auditor."""
    folder = tmp_path_factory.mktemp("node")
    write_new_secret(folder / "secret")
    settings = NodeSettings(profile="demo", secret_file=str(folder / "secret"))
    founder = NewMember("customs", "Customs of Testland", ("customs",))
    made = Node.create(folder / "node", settings, network="transire-test", founder=founder, keys_cost="test")
    with made as node:
        registrar = node.tenant("customs")
        taller = node.add_member(NewMember("taller", "Taller Mecánico del Norte", ("producer",)), registrar=registrar)
        harbor = node.add_member(NewMember("harbor", "Harbor Customs Brokers", ("broker",)), registrar=registrar)
        add(taller, "Office administrator", "admin@taller.example", "administrator")
        add(taller, "Export preparer", "preparer@taller.example", "preparer", language="es")
        add(taller, "Outside auditor", "auditor@taller.example", "auditor")
        add(harbor, "Harbor administrator", "admin@harbor.example", "administrator")
        yield node


def add(tenant: Tenant, name: str, login: str, *roles: str, language: str = "en") -> Person:
    """A person that can sign in."""
    with tenant.transaction() as tx:
        person = add_person(tx, name=name, login=login, roles=roles, language=language, now=tenant.now())
    tenant.sign_in_desk.set_password(person.id, PASSWORD, now=tenant.now())
    return person


@pytest.fixture
def open_browser(node: Node) -> Callable[[], Browser]:
    """A function that opens a browser of its own."""
    app = create_app(node)
    return lambda: Browser(app, base_url=ADDRESS, follow_redirects=False)


@pytest.fixture
def browser(open_browser: Callable[[], Browser]) -> Browser:
    return open_browser()
