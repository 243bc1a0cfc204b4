"""What the doctor finds in a node that is not running, and that it alters nothing."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from transire.engines.replica import LmdbStore
from transire.ledger.machine import RULES
from transire.ledger.store import STATE, Writes
from transire.node.backup import create_backup
from transire.node.doctor import examine
from transire.node.node import Node
from transire.node.restore import restore_backup


@pytest.fixture
def statement(folder: Path) -> str:
    """A node in which the producer has stated something to the importer."""
    with Node.open(folder) as node:
        producer, importer = node.tenant("producer"), node.tenant("importer")
        body = {"statement": "A" * 43, "recipient": importer.did, "envelope": "A" * 43}
        with producer.transaction() as tx:
            made = producer.state(tx, None, "document.held/1", body, about=["A" * 43], recipients=[importer.did])
        node.settle()
    return made


def ill(folder: Path, *, deep: bool = True) -> dict[str, str]:
    """The examinations that found something."""
    return {one.name: "; ".join(one.complaints) for one in examine(folder, deep=deep) if not one.healthy}


def member_file(folder: Path, slug: str) -> Path:
    return folder / "members" / slug / "member.db"


def run_sql(file: Path, query: str, *values: object) -> None:
    connection = sqlite3.connect(file)
    with connection:
        connection.execute(query, values)
    connection.close()


@pytest.mark.usefixtures("statement")
def test_a_healthy_node_has_nothing_to_complain_of_and_is_not_altered(folder: Path) -> None:
    before = {path: path.read_bytes() for path in folder.rglob("*.db")}
    assert ill(folder) == {}
    assert {path: path.read_bytes() for path in folder.rglob("*.db")} == before


def test_rules_that_this_program_lacks_are_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(RULES, 1)
    monkeypatch.setitem(RULES, 0, {})
    assert "rules 1 from block 1 on" in ill(folder, deep=False)["rules of the ledger"]


@pytest.mark.usefixtures("statement")
def test_a_row_of_the_state_edited_by_hand_is_named_by_the_deep_look(folder: Path) -> None:
    store = LmdbStore(folder / "ledger" / "replica")
    key, value = next(iter(store.range(STATE, b"member/", b"member0")))
    writes = Writes()
    altered = re.sub(rb'("roles":\[\{"from":\d+,"value":\[")[a-z]+"', rb'\1carrier"', value)
    assert altered != value
    writes.put(STATE, key, altered)
    store.commit(writes)
    store.close()
    assert ill(folder, deep=False) == {}
    found = ill(folder)
    assert list(found) == ["ledger, computed again"]
    assert key.decode() in found["ledger, computed again"]
    assert "expected a value with SHA-256" in found["ledger, computed again"]


def test_a_statement_altered_in_the_journal_is_named(folder: Path, statement: str) -> None:
    altered = """replace(CAST(raw AS TEXT), '"envelope":"A', '"envelope":"B')"""
    query = f"UPDATE vault_statements SET raw = CAST({altered} AS BLOB) WHERE id = ?"
    run_sql(member_file(folder, "importer"), query, statement)
    found = ill(folder)
    assert list(found) == ["importer: statements"]  # and the records are not judged by what was altered
    assert statement in found["importer: statements"]


@pytest.mark.usefixtures("statement")
def test_a_pool_that_is_not_on_the_ledger_is_named(folder: Path) -> None:
    run_sql(member_file(folder, "producer"), "UPDATE vault_pools SET height = height + 1 WHERE state = 'accepted'")
    assert "expected block" in ill(folder, deep=False)["producer: journal against the ledger"]


@pytest.mark.usefixtures("statement")
def test_records_that_differ_are_named_and_left_to_the_rebuild(folder: Path) -> None:
    run_sql(member_file(folder, "importer"), "UPDATE records_statements SET kind = 'document.opened/1'")
    found = ill(folder)
    assert list(found) == ["importer: records, built again"]
    assert "transire records rebuild" in found["importer: records, built again"]
    assert "another value in kind" in found["importer: records, built again"]
    assert ill(folder) == found


def test_a_row_of_the_records_edited_by_hand_is_named(folder: Path, statement: str) -> None:
    file = member_file(folder, "importer")
    run_sql(file, "UPDATE records_statements SET kind = 'document.opened/1' WHERE id = ?", statement)
    planted = (
        "INSERT INTO records_endings (issuer, commitment, height, log_index, accepted_at) VALUES ('x', 'y', 1, 1, 1)"
    )
    run_sql(file, planted)
    complaint = ill(folder)["importer: records, built again"]
    assert f"records_statements, id {statement}: another value in kind" in complaint
    assert "records_endings, issuer x, commitment y: expected no row, found one" in complaint
    run_sql(file, "DELETE FROM records_statements WHERE id = ?", statement)
    complaint = ill(folder)["importer: records, built again"]
    assert f"records_statements, id {statement}: expected a row, found none" in complaint
    assert "document.opened" not in complaint


@pytest.mark.parametrize("name", ["genesis.json", "network.json"])
@pytest.mark.parametrize("damage", ["gone", "altered"])
def test_a_genesis_or_network_file_that_is_not_the_ledgers_is_named(folder: Path, name: str, damage: str) -> None:
    file = folder / name
    if damage == "gone":
        file.unlink()
    else:
        file.write_bytes(file.read_bytes().replace(b'"power":10', b'"power":11'))
    found = ill(folder, deep=False)
    assert list(found) == ["genesis and network file"]
    assert name in found["genesis and network file"]


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    found = list(examine(tmp_path / "nowhere"))
    assert [one.name for one in found] == ["settings and keys"]
    assert "transire node init" in found[0].complaints[0]


@pytest.mark.parametrize("damage", ["gone", "no database", "a broken page"])
def test_a_damaged_database_is_named_and_the_others_are_looked_at(folder: Path, damage: str) -> None:
    file = member_file(folder, "producer")
    if damage == "gone":
        file.unlink()
    elif damage == "no database":
        file.write_bytes(b"something else" * 1000)
    else:
        content = bytearray(file.read_bytes())
        content[4096 * 5] ^= 0xFF
        file.write_bytes(content)
    assert list(ill(folder)) == ["producer: database"]
    assert not (damage == "gone" and file.exists())


def test_a_missing_secret_is_said_and_nothing_else_is_tried(folder: Path) -> None:
    (folder.parent / "secret").unlink()
    names = [one.name for one in examine(folder)]
    assert names == ["settings and keys", "disk", "ledger"]
    assert "was not found" in ill(folder, deep=False)["settings and keys"]


def test_keys_that_others_can_read_are_a_complaint(folder: Path) -> None:
    (folder / "keys.json").chmod(0o644)
    assert "readable by others" in ill(folder, deep=False)["settings and keys"]


@pytest.mark.usefixtures("statement")
def test_the_networks_of_before_a_restore_are_examined_too(folder: Path, tmp_path: Path) -> None:
    create_backup(folder, tmp_path / "backup.tar")
    restore_backup(tmp_path / "backup.tar", tmp_path / "again")
    (earlier,) = (tmp_path / "again" / "ledger" / "earlier").glob("*")
    store = LmdbStore(earlier / "replica")
    key, _ = next(iter(store.range(STATE, b"member/", b"member0")))
    writes = Writes()
    writes.delete(STATE, key)
    store.commit(writes)
    store.close()
    assert "a row" in ill(tmp_path / "again")["ledger, computed again"]
