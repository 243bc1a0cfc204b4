"""What the demo's members know, and what its ledger shows: read once, searched by every test of this folder."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import pytest

from transire.crypto.encoding import unb64url
from transire.engines import archive
from transire.engines.replica import LmdbStore
from transire.ledger.statement import parse_statement
from transire.ledger.store import TABLES
from transire.node.node import Node
from transire.vault import journal

TOKEN = re.compile(rb"[A-Za-z0-9_-]{43,}")
HEX = re.compile(rb"[0-9a-f]{64}")
WINDOW = 16
"""Bytes of a digest that are looked up: as good as all 32, and half the memory."""


@dataclass(frozen=True)
class Held:
    """A document as one member holds it."""

    issuer: str
    commitment: str
    schema_id: str
    raw: bytes

    @property
    def words(self) -> set[str]:
        return set(words_of(orjson.loads(self.raw))) if self.raw.startswith(b"{") else set(words_of_token(self.raw))


def words_of_token(raw: bytes) -> Iterator[str]:
    """The words of an SD-JWT (RFC 9901): of its header, its payload and its disclosures."""
    token, *disclosures = raw.decode("ascii").split("~")
    for part in (*token.split(".")[:2], *filter(None, disclosures)):
        yield from words_of(orjson.loads(unb64url(part)))


@dataclass(frozen=True)
class Known:
    """What a member knows: its documents, its statements, what it entered itself, and every byte of its files."""

    did: str
    name: str
    documents: list[Held]
    statements: list[bytes]
    entered: set[str]
    files: bytes = field(repr=False)

    @property
    def words(self) -> set[str]:
        """Every word that it was given or said itself, the ids of statements included."""
        words = {word for document in self.documents for word in document.words} | self.entered
        for raw in self.statements:
            words.update(words_of(orjson.loads(raw)))
            words.add(parse_statement(raw).id)
        return words

    def holds(self, commitment: str) -> bool:
        return any(document.commitment == commitment for document in self.documents)


@dataclass(frozen=True)
class Ledger:
    """Everything that any node of the network has of the ledger: rows of state, log, map, events, blocks."""

    rows: list[tuple[str, bytes, bytes]] = field(repr=False)

    def __post_init__(self) -> None:
        content = b"\x00".join(part for _, key, value in self.rows for part in (key, value))
        windows = {content[place : place + WINDOW] for place in range(len(content) - WINDOW)}
        for token in TOKEN.findall(content):
            # Any 43 characters of a longer run could be one.
            starts = range(len(token) - 42)
            windows.update(unb64url_or_nothing(token[start : start + 43])[:WINDOW] for start in starts)
        windows.update(bytes.fromhex(token.decode())[:WINDOW] for token in HEX.findall(content))
        object.__setattr__(self, "content", content)
        object.__setattr__(self, "windows", windows)

    content: bytes = field(init=False, repr=False)
    windows: set[bytes] = field(init=False, repr=False)

    def shows(self, digest: bytes) -> bool:
        """Whether these 32 bytes stand anywhere: raw, base64url or hexadecimal."""
        return digest[:WINDOW] in self.windows

    def table(self, name: str) -> list[tuple[bytes, bytes]]:
        return [(key, value) for table, key, value in self.rows if table == name]


@pytest.fixture(scope="session")
def story_home(demo_out: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the demo's node: opening it writes to its files."""
    home = tmp_path_factory.mktemp("story") / "node"
    shutil.copytree(demo_out / "world" / "node", home)
    return home


@pytest.fixture(scope="session")
def ledger(story_home: Path) -> Ledger:
    rows: list[tuple[str, bytes, bytes]] = []
    for folder, tables in (("replica", TABLES), ("chain", archive.TABLES)):
        store = LmdbStore(story_home / "ledger" / folder, tables)
        rows += [(table, key, value) for table in tables for key, value in store.range(table)]
        store.close()
    return Ledger(rows)


@pytest.fixture(scope="session")
def ended(ledger: Ledger) -> set[str]:
    """The opaque versions that were ended, and their successors: everybody may know these (LEDGER.md 11)."""
    rows = [(key.decode(), orjson.loads(value)) for key, value in ledger.table("state")]
    found = {(key.rpartition("/")[2], row["successor"]) for key, row in rows if key.startswith("ended/")}
    return {version for pair in found for version in pair if version is not None}


@pytest.fixture(scope="session")
def public(members: dict[str, Known], ended: set[str]) -> set[str]:
    """What everybody may know of everybody: the members' records, and the ids of ended versions."""
    dids = {known.did for known in members.values()}
    methods = {f"{did}#{did.removeprefix('did:key:')}" for did in dids}
    return dids | methods | {known.name for known in members.values()} | ended


@pytest.fixture(scope="session")
def members(story_home: Path, ledger: Ledger) -> dict[str, Known]:
    node = Node.open(story_home)
    try:
        return {slug: known(story_home, node, slug) for slug in node.tenants}
    finally:
        node.close()


def known(home: Path, node: Node, slug: str) -> Known:
    tenant = node.tenant(slug)
    with tenant.database.reading() as view:
        documents = [
            Held(stored.issuer, stored.commitment, stored.schema_id, raw)
            for stored in tenant.vault.all_stored(view)
            for raw in tenant.vault.open(view, stored.commitment, issuer=stored.issuer).representations.values()
        ]
        located = journal.locate_all(view, journal.accepted_ids(view))
    # A path holds the salted ids of neighbours in another member's pool: digests that reveal nothing of them.
    neighbours = {digest for found in located for digest in found.path}
    folder = home / "members" / slug
    said = set(entered(folder)) | neighbours
    return Known(
        tenant.did, tenant.name, documents, [found.raw for found in located], said, b"\x00".join(bytes_of(folder))
    )


def entered(folder: Path) -> Iterator[str]:
    """What the member's own people brought in: products, materials, particulars."""
    connection = sqlite3.connect(folder / "member.db")
    for table in ("desk_products", "desk_materials", "desk_particulars"):
        for row in connection.execute(f"SELECT * FROM {table}"):
            for value in map(str, row):
                yield value
                if value.startswith(("{", "[")):
                    yield from words_of(orjson.loads(value))
    connection.close()


def bytes_of(folder: Path) -> Iterator[bytes]:
    """Every file as it is, and every value of the database whole: long ones are scattered over its pages."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.read_bytes()
    connection = sqlite3.connect(folder / "member.db")
    for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        for row in connection.execute(f'SELECT * FROM "{table}"'):
            yield from (value if isinstance(value, bytes) else str(value).encode() for value in row)
    connection.close()


def words_of(value: Any) -> Iterator[str]:
    """Every string of a JSON value; what JSON inside a string says too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from words_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from words_of(inner)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield str(value)


def unb64url_or_nothing(text: bytes) -> bytes:
    try:
        return unb64url(text.decode(), length=32)
    except Exception:
        return b""
