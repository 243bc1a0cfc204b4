"""A portal over members whose desks are real, and which know no ledger: enough for what the portal itself does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from transire.desk import persons
from transire.desk import tables as desk_tables
from transire.desk.passwords import TEST
from transire.desk.sign_in import SignInDesk
from transire.node.settings import NodeSettings
from transire.portal.app import create_app
from transire.storage.database import Database

PASSWORD = "fog over the canal 1914"
ADDRESS = "http://testserver"


@dataclass
class Member:
    """A hosted member with a desk."""

    slug: str
    name: str
    roles: frozenset[str]
    database: Database
    did: str = "did:web:member.example"

    @property
    def sign_in_desk(self) -> SignInDesk:
        return SignInDesk(self.database, b"k" * 32, TEST)

    def add(self, name: str, login: str, *roles: str, language: str = "en") -> persons.Person:
        now = datetime.now(UTC)
        with self.database.transaction() as tx:
            person = persons.add_person(tx, name=name, login=login, roles=roles, language=language, now=now)
        self.sign_in_desk.set_password(person.id, PASSWORD, now=now)
        return person


@dataclass
class Engine:
    network: str = "transire-test-00000000000000000000000000000000"
    height: int = 7


@dataclass
class Hosting:
    """What the shell asks of a node."""

    tenants: dict[str, Member]
    settings: NodeSettings = NodeSettings(profile="demo")
    engine: Engine = field(default_factory=Engine)


@pytest.fixture(scope="session", autouse=True)
def styles(repository: Path) -> None:
    """The built styles; built here when `make` has not done it."""
    subprocess.run([sys.executable, repository / "web" / "build.py"], check=True)


@pytest.fixture
def hosting(tmp_path: Path) -> Iterator[Hosting]:
    """Two members: a producer with an administrator, a preparer and an auditor; a broker with an administrator."""
    producer = _member(tmp_path, "taller", "Taller Mecánico del Norte", "producer")
    producer.add("Ana Ruiz", "ana@taller.example", "administrator")
    producer.add("Luis Soto", "luis@taller.example", "preparer", language="es")
    producer.add("Eva Cano", "eva@taller.example", "auditor")
    broker = _member(tmp_path, "harbor", "Harbor Customs Brokers", "broker")
    broker.add("Ann Reed", "ann@harbor.example", "administrator")
    yield Hosting({member.slug: member for member in (producer, broker)})
    producer.database.close()
    broker.database.close()


def _member(folder: Path, slug: str, name: str, role: str) -> Member:
    database = Database.open(f"sqlite:///{folder}/{slug}.db", tables=[desk_tables.metadata])
    database.create_tables()
    return Member(slug, name, frozenset({role}), database)


@pytest.fixture
def client(hosting: Hosting) -> Iterator[TestClient]:
    """A browser without scripts."""
    with TestClient(create_app(hosting), base_url=ADDRESS, follow_redirects=False) as browser:  # type: ignore[arg-type]
        yield browser
