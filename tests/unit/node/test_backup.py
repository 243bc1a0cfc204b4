"""Backing a node up and restoring it: what comes back, what is proved by what, and what is refused."""

from __future__ import annotations

import hashlib
import random
import shutil
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa

from node_world import make_node
from transire.crypto.encoding import b64url
from transire.crypto.errors import KeyStoreSecretWrong
from transire.crypto.keys import SigningKey
from transire.engines.archive import SIGNING, TABLES
from transire.engines.errors import ReplicaDamaged
from transire.engines.replica import LmdbStore
from transire.ledger.errors import GenesisInvalid
from transire.ledger.store import STATE, Writes
from transire.ledger.verify import verify_receipt
from transire.node.backup import create_backup
from transire.node.doctor import examine
from transire.node.errors import BackupExists, BackupFailed, BackupInvalid, HomeExists, WitnessRefused
from transire.node.node import NewMember, Node
from transire.node.rebuilding import records_digest
from transire.node.receipts import statement_receipt
from transire.node.restore import check_backup, restore_backup
from transire.node.sealed_tar import SealedTar, open_sealed
from transire.node.tenant import Tenant
from transire.node.turn import TenantTurn
from transire.node.workers import Workers
from transire.storage.errors import DumpUnsuitable
from transire.vault import acts, journal

ENDED = "B" * 42 + "A"
OTHER = "C" * 42 + "A"


def held(tenant: Tenant, *recipients: str, about: str = OTHER, attach: tuple[str, ...] = ()) -> str:
    """A statement that any member may make."""
    body = {"statement": about, "recipient": tenant.did, "envelope": about}
    with tenant.transaction() as tx:
        return tenant.state(tx, None, "document.held/1", body, about=[about], recipients=recipients, attach=attach)


@dataclass(frozen=True)
class Past:
    """A stopped node with a past, and its backup."""

    folder: Path
    file: Path
    statement: str
    receipt: bytes
    network: bytes
    validator: bytes

    @property
    def home(self) -> Path:
        return self.folder / "node"

    @property
    def secret(self) -> Path:
        return self.folder / "secret"


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    folder = tmp_path_factory.mktemp("past")
    node = make_node(folder)
    producer = node.tenant("producer")
    statement = held(producer, node.tenant("importer").did)
    producer.act("document.end/1", {"version": ENDED})
    node.settle()
    receipt = statement_receipt(producer, statement)
    validator = node.keys.signing_key("validator-1").public
    node.close()
    create_backup(folder / "node", folder / "backup.tar")
    network = (folder / "node" / "network.json").read_bytes()
    return Past(folder, folder / "backup.tar", statement, receipt, network, validator)


@pytest.fixture
def restored(past: Past, tmp_path: Path) -> Path:
    """The folder of a restored node."""
    restore_backup(past.file, tmp_path / "node")
    return tmp_path / "node"


@pytest.fixture
def node(restored: Path) -> Iterator[Node]:
    with Node.open(restored) as running:
        yield running


def names_of(file: Path) -> list[str]:
    with tarfile.open(file) as tar:
        return tar.getnames()


class TestBackup:
    def test_it_holds_neither_the_secret_nor_what_the_validator_signed_last(self, past: Past, tmp_path: Path) -> None:
        assert past.secret.read_bytes() not in past.file.read_bytes()
        assert not [name for name in names_of(past.file) if "secret" in name or "lock" in name]
        with tarfile.open(past.file) as tar:
            tar.extract("ledger/chain/data.mdb", tmp_path, filter="data")
        chain = LmdbStore(tmp_path / "ledger" / "chain", TABLES)
        assert list(chain.range(SIGNING)) == []
        assert list(chain.range("headers")) != []
        chain.close()

    def test_the_manifest_names_every_file_with_its_size_and_digest(self, past: Past) -> None:
        with tarfile.open(past.file) as tar:
            manifest = orjson.loads(tar.extractfile("manifest.json").read())  # type: ignore[union-attr]
            assert [file["name"] for file in manifest["files"]] == tar.getnames()[:-2]
            for file in manifest["files"]:
                content = tar.extractfile(file["name"]).read()  # type: ignore[union-attr]
                assert (file["size"], file["digest"]) == (len(content), b64url(hashlib.sha256(content).digest()))
        assert manifest["members"] == ["customs", "producer", "importer"]

    def test_only_its_owner_can_read_it(self, past: Past) -> None:
        assert past.file.stat().st_mode & 0o077 == 0

    def test_it_replaces_no_file(self, past: Past) -> None:
        before = past.file.read_bytes()
        with pytest.raises(BackupExists):
            create_backup(past.home, past.file)
        assert past.file.read_bytes() == before

    def test_a_folder_that_is_not_there_is_named(self, past: Past, tmp_path: Path) -> None:
        with pytest.raises(BackupFailed, match="nowhere"):
            create_backup(past.home, tmp_path / "nowhere" / "backup.tar")

    def test_what_fails_leaves_nothing(self, past: Past, tmp_path: Path) -> None:
        shutil.copytree(past.home, tmp_path / "node")
        (tmp_path / "node" / "members" / "producer" / "member.db").unlink()
        with pytest.raises(BackupFailed, match="producer"):
            create_backup(tmp_path / "node", tmp_path / "backup.tar")
        assert [path.name for path in tmp_path.iterdir()] == ["node"]

    def test_a_node_that_runs_is_copied_at_one_moment(self, tmp_path: Path) -> None:
        """Statements are made and delivered all the while; whatever was acknowledged before is in the copy."""
        stop = threading.Event()
        with closing(make_node(tmp_path)) as running:
            producer, importer = running.tenant("producer"), running.tenant("importer")

            def load() -> None:
                while not stop.is_set():
                    held(producer, importer.did)
                    time.sleep(0.005)

            before = held(producer, importer.did)
            running.settle()
            worker = threading.Thread(target=load)
            worker.start()
            command = [sys.executable, "-m", "transire", "backup", "create"]
            arguments = ["--home", str(tmp_path / "node"), "--to", str(tmp_path / "backup.tar")]
            done = subprocess.run([*command, *arguments], capture_output=True, text=True, check=False)
            stop.set()
            worker.join()
            assert done.returncode == 0, done.stderr
        restore_backup(tmp_path / "backup.tar", tmp_path / "again")
        assert [one.complaints for one in examine(tmp_path / "again", deep=True) if not one.healthy] == []
        with Node.open(tmp_path / "again") as again:
            again.settle()
            mine, theirs = (held_by(again.tenant(slug)) for slug in ("producer", "importer"))
            assert before in mine
            assert mine == theirs


def held_by(tenant: Tenant) -> set[str]:
    """The statements of that load that a member has."""
    with tenant.database.reading() as view:
        found = journal.all_accepted(view)
    return {one.statement.id for one in found if one.statement.kind == "document.held/1"}


class TestAltered:
    def test_any_altered_byte_is_refused(self, past: Past, tmp_path: Path) -> None:
        content = bytearray(past.file.read_bytes())
        altered = tmp_path / "altered.tar"
        chosen = random.Random(7)
        # Everywhere, and in what is easily forgotten: headers, padding, the seal, the zeros at the end.
        places = [chosen.randrange(len(content)) for _ in range(40)]
        places += [0, 100, 124, 148, 156, 257, 511, len(content) - 1, len(content) - 1024, len(content) - 1100]
        for place in places:
            content[place] ^= 1
            altered.write_bytes(content)
            content[place] ^= 1
            with pytest.raises(BackupInvalid):
                check_backup(altered)

    @pytest.mark.parametrize("cut", [1, 512, 1024, 3000])
    def test_a_shorter_file_is_refused(self, past: Past, tmp_path: Path, cut: int) -> None:
        (tmp_path / "short.tar").write_bytes(past.file.read_bytes()[:-cut])
        with pytest.raises(BackupInvalid):
            check_backup(tmp_path / "short.tar")

    def test_a_longer_file_is_refused(self, past: Past, tmp_path: Path) -> None:
        (tmp_path / "long.tar").write_bytes(past.file.read_bytes() + bytes(512))
        with pytest.raises(BackupInvalid, match="nothing after it"):
            check_backup(tmp_path / "long.tar")

    @pytest.mark.parametrize("content", [b"", b"not a tar", bytes(10240)])
    def test_another_file_is_refused(self, tmp_path: Path, content: bytes) -> None:
        (tmp_path / "other.tar").write_bytes(content)
        with pytest.raises(BackupInvalid, match="not a usable backup"):
            check_backup(tmp_path / "other.tar")

    def test_what_another_sealed_is_not_restored(self, past: Past, tmp_path: Path) -> None:
        """Somebody who alters a file can make a new manifest and a new seal, but not with the node's key."""
        resealed(past.file, tmp_path / "forged.tar", {"network.json": b"{}"})
        assert check_backup(tmp_path / "forged.tar").members
        with pytest.raises(BackupInvalid, match="the seal of the node"):
            restore_backup(tmp_path / "forged.tar", tmp_path / "node")
        assert not (tmp_path / "node").exists()

    @pytest.mark.parametrize("name", ["../outside", "members/producer/../../x", "/etc/passwd", "ledger/chain/lock"])
    def test_no_file_goes_anywhere_but_into_the_node_s_folder(self, past: Past, tmp_path: Path, name: str) -> None:
        resealed(past.file, tmp_path / "forged.tar", {name: b"x"})
        with pytest.raises(BackupInvalid, match="a file of a node"):
            check_backup(tmp_path / "forged.tar")


def resealed(file: Path, target: Path, changes: dict[str, bytes]) -> None:
    """The backup with other content, and a manifest and a seal that fit it."""
    with open_sealed(file) as tar, target.open("wb") as out:
        contents = {name: b"".join(tar.chunks(name)) for name in tar.names() if name != "manifest.json"} | changes
        forged = SealedTar(out, lambda name, done: None)
        for name, content in contents.items():
            forged.add(name, len(content), [content])
        manifest = orjson.loads(tar.read("manifest.json"))
        manifest["files"] = [
            {"name": entry.name, "size": entry.size, "digest": entry.digest} for entry in forged.entries
        ]
        raw = orjson.dumps(manifest, option=orjson.OPT_SORT_KEYS)
        forged.add("manifest.json", len(raw), [raw])
        forged.seal(SigningKey.generate().sign)


class TestRestore:
    def test_it_is_as_healthy_as_before(self, restored: Path) -> None:
        assert [one.complaints for one in examine(restored, deep=True) if not one.healthy] == []

    def test_records_and_places_are_equal(self, past: Past, restored: Path) -> None:
        before, after = Node.open(past.home), Node.open(restored)
        try:
            for slug in before.tenants:
                assert records_digest(after.tenant(slug)) == records_digest(before.tenant(slug))
            located = [one.tenant("importer").located(past.statement) for one in (before, after)]
            assert located[0] == located[1]
        finally:
            before.close()
            after.close()

    def test_receipts_of_before_are_made_and_verified_as_before(self, past: Past, node: Node) -> None:
        again = statement_receipt(node.tenant("producer"), past.statement)
        assert verify_receipt(again, past.network).holds
        earlier = node.home.ledger / "earlier"
        (kept,) = earlier.glob("*/network.json")
        assert kept.read_bytes() == past.network
        assert not verify_receipt(again, node.home.network.read_bytes()).check("network").passed

    def test_new_statements_come_after_and_verify_under_the_new_file_alone(self, past: Past, node: Node) -> None:
        producer = node.tenant("producer")
        old = producer.located(past.statement).place
        statement = held(producer, node.tenant("importer").did)
        node.settle()
        place = node.tenant("importer").located(statement).place
        assert (place.height, place.log_index) > (old.height, old.log_index)
        assert place.accepted_at > old.accepted_at
        receipt = statement_receipt(producer, statement, status_of=[(producer.did, ENDED)])
        verified = verify_receipt(receipt, node.home.network.read_bytes())
        assert [check.name for check in verified.checks if not check.passed] == ["status"]
        assert "withdrawn" in verified.check("status").found
        assert not verify_receipt(receipt, past.network).check("network").passed

    def test_what_had_ended_cannot_be_ended_again(self, node: Node) -> None:
        with pytest.raises(WitnessRefused, match="already-ended"):
            node.tenant("producer").act("document.end/1", {"version": ENDED})

    def test_an_old_statement_still_serves_as_evidence(self, past: Past, node: Node) -> None:
        """Its pool and action name the old network; who receives it now finds it on its own replica all the same."""
        producer, customs = node.tenant("producer"), node.tenant("customs")
        held(producer, customs.did, attach=(past.statement,))
        node.settle()
        assert customs.located(past.statement).place == producer.located(past.statement).place

    def test_the_old_validator_key_makes_no_block(self, past: Past, restored: Path) -> None:
        node = Node.open(restored)
        assert node.keys.signing_key("validator-2").public != past.validator
        (validator,) = node.engine.validators(node.engine.height + 1)
        assert validator.public_key == node.keys.signing_key("validator-2").public
        node.close()
        settings = restored / "transire.toml"
        settings.write_text(settings.read_text().replace("validator-2", "validator-1"))
        with pytest.raises(GenesisInvalid):
            Node.open(restored)

    def test_members_are_hosted_and_enrolled_as_before(self, node: Node) -> None:
        made = node.add_member(NewMember("broker", "Broker", ("broker",)), registrar=node.tenant("customs"))
        statement = held(node.tenant("producer"), made.did)
        node.settle()
        assert made.located(statement)

    def test_what_was_signed_and_never_ordered_is_signed_anew(self, past: Past, tmp_path: Path) -> None:
        """Its actions name the old network: nothing would ever accept them."""
        shutil.copytree(past.home, tmp_path / "node")
        node = Node.open(tmp_path / "node")
        producer = node.tenant("producer")
        statement = held(producer)
        with producer.transaction() as tx:
            assert producer.end(tx, OTHER)
        TenantTurn(
            producer, node.post, pause=timedelta(0), executor=Workers(1, "courier")
        )()  # the engine was not started: as if it had died then
        with producer.database.reading() as view:
            assert journal.states_of(view, [statement]) == {statement: "submitted"}
            assert [act.signed is not None for act in acts.owed(view)] == [True]
        node.close()
        create_backup(tmp_path / "node", tmp_path / "backup.tar")
        restore_backup(tmp_path / "backup.tar", tmp_path / "again")
        with Node.open(tmp_path / "again") as again:
            again.settle()
            producer = again.tenant("producer")
            receipt = statement_receipt(producer, statement, status_of=[(producer.did, OTHER)])
            verified = verify_receipt(receipt, again.home.network.read_bytes())
            assert [check.name for check in verified.checks if not check.passed] == ["status"]  # it has ended

    def test_a_restored_node_is_backed_up_and_restored_again(self, past: Past, restored: Path, tmp_path: Path) -> None:
        with Node.open(restored) as node:
            between = held(node.tenant("producer"))
            node.settle()
            second = node.home.network.read_bytes()
        create_backup(restored, tmp_path / "second.tar")
        restore_backup(tmp_path / "second.tar", tmp_path / "third")
        assert [one.complaints for one in examine(tmp_path / "third", deep=True) if not one.healthy] == []
        with Node.open(tmp_path / "third") as node:
            producer = node.tenant("producer")
            last = held(producer)
            node.settle()
            files = [past.network, second, node.home.network.read_bytes()]
            for statement, network in zip((past.statement, between, last), files, strict=True):
                receipt = statement_receipt(producer, statement)
                assert [verify_receipt(receipt, file).holds for file in files] == [file == network for file in files]
            assert sorted(node.keys.names()) == ["custodian", "validator-1", "validator-2", "validator-3"]

    def test_it_is_made_in_a_new_folder_only(self, past: Past, tmp_path: Path) -> None:
        (tmp_path / "node").mkdir()
        with pytest.raises(HomeExists):
            restore_backup(past.file, tmp_path / "node")

    def test_another_secret_opens_nothing_and_leaves_nothing(self, past: Past, tmp_path: Path) -> None:
        (tmp_path / "secret").write_bytes(b"another secret of some length")
        with pytest.raises(KeyStoreSecretWrong):
            restore_backup(past.file, tmp_path / "node", secret_file=tmp_path / "secret")
        assert [path.name for path in tmp_path.iterdir()] == ["secret"]

    def test_the_secret_may_lie_elsewhere_now(self, past: Past, tmp_path: Path) -> None:
        shutil.copy(past.secret, tmp_path / "moved")
        restore_backup(past.file, tmp_path / "node", secret_file=tmp_path / "moved")
        node = Node.open(tmp_path / "node")
        assert node.settings.secret_file == str(tmp_path / "moved")
        node.close()

    def test_a_ledger_that_was_altered_by_hand_is_not_carried_on(self, past: Past, tmp_path: Path) -> None:
        shutil.copytree(past.home, tmp_path / "node")
        store = LmdbStore(tmp_path / "node" / "ledger" / "replica")
        key = next(key for key, _ in store.range(STATE, b"ended/", b"ended0"))
        writes = Writes()
        writes.delete(STATE, key)
        store.commit(writes)
        store.close()
        create_backup(tmp_path / "node", tmp_path / "backup.tar")
        with pytest.raises(ReplicaDamaged, match=r"key with SHA-256"):
            restore_backup(tmp_path / "backup.tar", tmp_path / "again")
        assert not (tmp_path / "again").exists()

    def test_only_its_owner_can_look_into_it(self, restored: Path) -> None:
        open_to_others = [path for path in [restored, *restored.rglob("keys.json")] if path.stat().st_mode & 0o077]
        assert open_to_others == []


@pytest.mark.postgres
def test_records_on_a_server_are_backed_up_as_rows_and_loaded_into_an_empty_one(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, after = own_database(postgres_url, "backup_before"), own_database(postgres_url, "backup_after")
    monkeypatch.setenv("TRANSIRE_RECORDS_URL", before)
    with closing(make_node(tmp_path)) as node:
        statement = held(node.tenant("producer"), node.tenant("importer").did)
        node.settle()
        digests = {slug: records_digest(tenant) for slug, tenant in node.tenants.items()}
    create_backup(tmp_path / "node", tmp_path / "backup.tar")
    assert "members/producer/rows.jsonl" in names_of(tmp_path / "backup.tar")
    with pytest.raises(DumpUnsuitable, match="empty tables"):  # the server still has the rows
        restore_backup(tmp_path / "backup.tar", tmp_path / "again")
    assert not (tmp_path / "again").exists()
    monkeypatch.setenv("TRANSIRE_RECORDS_URL", after)
    restore_backup(tmp_path / "backup.tar", tmp_path / "again")
    with Node.open(tmp_path / "again") as again:
        assert {slug: records_digest(tenant) for slug, tenant in again.tenants.items()} == digests
        assert again.tenant("importer").located(statement)
        held(again.tenant("producer"), again.tenant("importer").did)
        again.settle()


def own_database(url: str, name: str) -> str:
    """A database of its own on the test's server."""
    engine = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name}")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    address = sa.make_url(url).set(database=name)
    return address.render_as_string(hide_password=False)
