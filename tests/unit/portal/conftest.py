"""A portal over a real node with two traders and customs. The node is shared by a module's tests; browsers are not."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from browsing import ADDRESS, Browser, add

from transire.node.home import write_new_secret
from transire.node.node import NewMember, Node
from transire.node.settings import NodeSettings
from transire.portal.app import create_app


@pytest.fixture(scope="session", autouse=True)
def styles(repository: Path) -> None:
    """The built styles; built here when `make` has not done it."""
    subprocess.run([sys.executable, repository / "web" / "build.py"], check=True)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """Customs, a producer and a broker with a did:web; the producer has an administrator, a preparer and an auditor."""
    folder = tmp_path_factory.mktemp("node")
    write_new_secret(folder / "secret")
    settings = NodeSettings(profile="demo", secret_file=str(folder / "secret"))
    founder = NewMember("customs", "Customs of Testland", ("customs",))
    made = Node.create(folder / "node", settings, network="transire-test", founder=founder, keys_cost="test")
    with made as node:
        registrar = node.tenant("customs")
        taller = node.add_member(NewMember("taller", "Taller Mecánico del Norte", ("producer",)), registrar=registrar)
        broker = NewMember("harbor", "Harbor Customs Brokers", ("broker",), "did:web:harbor.example")
        harbor = node.add_member(broker, registrar=registrar)
        add(taller, "Office administrator", "admin@taller.example", "administrator")
        add(taller, "Export preparer", "preparer@taller.example", "preparer", language="es")
        add(taller, "Outside auditor", "auditor@taller.example", "auditor")
        add(harbor, "Harbor administrator", "admin@harbor.example", "administrator")
        yield node


@pytest.fixture
def open_browser(node: Node) -> Callable[[], Browser]:
    """A function that opens a browser of its own."""
    app = create_app(node)
    return lambda: Browser(app, base_url=ADDRESS, follow_redirects=False)


@pytest.fixture
def browser(open_browser: Callable[[], Browser]) -> Browser:
    return open_browser()
