"""Destroying documents on a real node: duties and holds stand against it, nothing is left, a restore destroys again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from api_world import Told

from transire.api import destruction, documents
from transire.crypto.encoding import unb64url
from transire.demo.stage import today
from transire.demo.story import Story
from transire.demo.world import World, make_world
from transire.desk.api_tokens import create_api_token
from transire.desk.errors import HoldRuns, HoldUnknown, PermissionDenied
from transire.desk.permissions import operations_of
from transire.desk.person import Person
from transire.desk.persons import add_person
from transire.documents.retention import RetentionRuns, duties, keeping_of
from transire.node.destroying import TombstonesDamaged, append_tombstones, read_tombstones
from transire.node.node import Node
from transire.node.rebuilding import rebuilt_digest, records_digest
from transire.portal.app import create_app
from transire.procedures.origin_certification import service as origin
from transire.vault import outbox
from transire.vault import tables as vault
from transire.vault.errors import DocumentErased

pytestmark = pytest.mark.xdist_group("destruction")

LATER = date(2040, 1, 1)
"""When every duty has run out."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    made = make_world(Path(tmp_path_factory.mktemp("destruction")), port=8400)
    producer = made.actors["bajio"]
    origin.import_products(
        producer.tenant, producer.person, made.read("mx-producer/products.csv"), made.read("mx-producer/materials.csv")
    )
    yield made
    made.node.close()


@pytest.fixture(scope="module")
def officer(world: World) -> Person:
    tenant = world.actors["bajio"].tenant
    with tenant.transaction() as tx:
        return add_person(
            tx, name="Records officer", login="records@bajio.example", roles=["compliance_officer"], now=tenant.now()
        )


@pytest.fixture
def certified(world: World) -> str:
    producer, importer = world.actors["bajio"], world.actors["riogrande"]
    draft = origin.draft_certification(
        producer.tenant,
        producer.person,
        agreement="usmca",
        importer_did=importer.did,
        importer=world.party_of("riogrande"),
        goods=world.goods_of("bajio")[:1],
        blanket=(today(), today() + timedelta(days=300)),
    )
    issued = origin.sign_certification(producer.tenant, producer.person, draft)
    world.node.settle()
    return issued.document_id


def test_nothing_is_destroyed_while_the_law_wants_it_kept(world: World, certified: str) -> None:
    for slug, citation in (("bajio", "19 USC 1508(b)(5)(A)"), ("riogrande", "19 USC 1508(b)(5)(C)(i)")):
        actor = world.actors[slug]
        found = destruction.show_safekeeping(actor.tenant, actor.person, certified)
        assert found.running
        assert not found.may_be_destroyed
        with pytest.raises(RetentionRuns, match=citation.replace("(", r"\(").replace(")", r"\)")):
            destruction.destroy_document(actor.tenant, actor.person, certified)
        assert documents.show_document(actor.tenant, actor.person, certified).content is not None


def test_a_hold_stands_against_it_until_it_is_lifted(
    world: World, certified: str, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant, person = world.actors["bajio"].tenant, world.actors["bajio"].person
    with pytest.raises(PermissionDenied):
        destruction.set_hold(tenant, person, certified, "a suit is threatened")
    hold = destruction.set_hold(tenant, officer, certified, "a suit is threatened")
    monkeypatch.setattr(destruction, "_today", lambda _: LATER)
    with pytest.raises(HoldRuns):
        destruction.destroy_document(tenant, person, certified)
    with pytest.raises(PermissionDenied):
        destruction.destroy_document(tenant, officer, certified)
    destruction.lift_hold(tenant, officer, hold.id, "it was settled")
    with pytest.raises(HoldUnknown):
        destruction.lift_hold(tenant, officer, hold.id, "again")
    found = destruction.show_safekeeping(tenant, person, certified)
    assert found.may_be_destroyed
    assert [(each.lifted_by, each.lifted_why) for each in found.holds] == [("Records officer", "it was settled")]


def test_key_salt_blob_and_rows_are_gone_and_what_was_stated_stays(
    world: World, certified: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    actor = world.actors["bajio"]
    tenant, person = actor.tenant, actor.person
    documents.write_note(tenant, person, certified, "kept beside it")
    issued = documents.find_line(tenant, person, certified).issued_statement
    before = _row(world, "bajio", certified)
    with monkeypatch.context() as later:
        later.setattr(destruction, "_today", lambda _: LATER)
        (stated,) = destruction.destroy_document(tenant, person, certified)
    world.node.settle()
    row = _row(world, "bajio", certified)
    assert row.wrapped_key is None
    assert row.erased_at is not None
    assert list((tenant_folder(world) / "blobs").rglob(_hex(before.ciphertext))) == []
    for name in ("member.db", "member.db-wal"):
        path = tenant_folder(world) / name
        assert not path.exists() or name.endswith("wal") or before.wrapped_key not in path.read_bytes()
    for ask in (documents.show_document, documents.read_content):
        with pytest.raises(DocumentErased):
            ask(tenant, person, certified)
    assert records_digest(tenant) == rebuilt_digest(tenant)
    assert tenant.located(issued).statement.body["commitment"] == certified
    with tenant.database.reading() as view:
        assert vault_statement(view, stated)
    importer = world.actors["riogrande"]
    assert documents.show_document(importer.tenant, importer.person, certified).content is not None


def test_what_was_destroyed_is_not_taken_in_again(
    world: World, certified: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    importer, producer = world.actors["riogrande"], world.actors["bajio"]
    with monkeypatch.context() as later:
        later.setattr(destruction, "_today", lambda _: LATER)
        destruction.destroy_document(importer.tenant, importer.person, certified)
    with producer.tenant.transaction() as tx:
        assert outbox.bring_again(tx, importer.did, producer.tenant.now())
    world.node.settle()
    assert _row(world, "riogrande", certified).wrapped_key is None


def test_over_the_api(world: World, certified: str, officer: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    tenant = world.actors["bajio"].tenant
    told = Told(world, Story(), create_app(world.node))
    with tenant.transaction() as tx:
        now = tenant.now()
        token = create_api_token(
            tx, officer.id, name="t", scopes=operations_of(officer.roles), ends_at=now + timedelta(days=1), now=now
        ).token
    clerk = told.caller("bajio")
    kept = clerk.read(f"/documents/{certified}/safekeeping")
    assert kept["may_be_destroyed"] is False
    assert kept["running"][0]["citation"] == "19 USC 1508(b)(5)(A)"

    def send(path: str, body: object, key: str, **headers: str) -> object:
        return clerk.post(clerk.at(path), json=body, headers={"idempotency-key": key.ljust(20, "0"), **headers})

    auth = {"authorization": f"Bearer {token}"}
    assert send(f"/documents/{certified}/holds", {"reason": "no"}, "a").status_code == 403
    hold = send(f"/documents/{certified}/holds", {"reason": "a suit"}, "b", **auth)
    assert hold.status_code == 201, hold.text
    refused = send(f"/documents/{certified}/destruction", {"confirm": "destroy"}, "c")
    assert (refused.status_code, refused.json()["code"]) == (409, "desk.hold-runs")
    assert send(f"/holds/{hold.json()['id']}/lift", {"reason": "over"}, "d", **auth).status_code == 204
    refused = send(f"/documents/{certified}/destruction", {"confirm": "destroy"}, "e")
    assert (refused.status_code, refused.json()["code"]) == (409, "documents.retention-runs")
    assert send(f"/documents/{certified}/destruction", {}, "f").status_code == 422


def test_a_restored_backup_destroys_again(
    world: World, certified: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backup is older than the destruction: without the list the document is back, with it it is destroyed."""
    node, tenant = world.node, world.actors["bajio"].tenant
    world.node.settle()
    copy = tmp_path / "node.tar"
    transire("backup", "create", "--home", node.home.path, "--to", copy)
    with monkeypatch.context() as later:
        later.setattr(destruction, "_today", lambda _: LATER)
        destruction.destroy_document(tenant, world.actors["bajio"].person, certified)
    assert certified in {each.commitment for each in read_tombstones(node.home.tombstones)}
    for given, is_back in (((), True), (("--destroyed", node.home.tombstones), False)):
        folder = tmp_path / f"restored-{is_back}"
        secret = str(node.settings.secret_file)
        told = transire("backup", "restore", copy, "--to", folder, "--secret-file", secret, *given)
        assert ("no list was given" in told) is is_back
        with_it = Node.open(folder)
        try:
            again = with_it.tenant("bajio")
            with again.database.reading() as view:
                assert again.vault.has(view, certified) is is_back
            assert records_digest(again) == rebuilt_digest(again)
        finally:
            with_it.close()


def transire(*words: object) -> str:
    """A command in a process of its own, as an operator runs it beside the node."""
    command = [sys.executable, "-m", "transire", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_list_is_read_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "destroyed.jsonl"
    assert read_tombstones(path) == []
    path.write_bytes(b'{"member":"did:web:a.example"')  # cut off by a crash: nothing was destroyed after it
    assert read_tombstones(path) == []
    path.write_bytes(b"nonsense\n")
    with pytest.raises(TombstonesDamaged):
        read_tombstones(path)
    path.unlink()
    append_tombstones(path, [])
    assert path.stat().st_mode & 0o077 == 0


def test_every_duty_has_its_citation_and_its_day() -> None:
    for duty in duties():
        assert duty.years == 5
        assert "CFR" in duty.citation or "USC" in duty.citation
        assert duty.dates or duty.starts


USMCA, CAFTA, INVOICE = "certification-of-origin/usmca/1", "certification-of-origin/cafta-dr/1", "commercial-invoice/1"
BLANKET = {"certificationDate": "2024-02-29", "blanketPeriod": {"from": "2024-03-01", "until": "2025-02-28"}}
KEEPING: list[tuple[str, dict[str, object], bool, list[date], dict[str, date]]] = [
    (USMCA, BLANKET, False, [date(2025, 1, 5), date(2025, 9, 1)], {"usmca-importer": date(2030, 9, 1)}),
    (USMCA, BLANKET, False, [], {"usmca-importer": date(2030, 2, 28)}),
    (USMCA, BLANKET, True, [date(2025, 1, 5)], {"usmca-certification": date(2029, 3, 1)}),
    (CAFTA, {"certificationDate": "2024-01-02"}, True, [], {"cafta-dr-certification": date(2029, 1, 2)}),
    (INVOICE, {"invoiceDate": "2026-01-01"}, False, [date(2026, 3, 1)], {"supporting-records": date(2031, 3, 1)}),
    (INVOICE, {}, False, [], {"supporting-records": date(2031, 11, 28)}),
    ("file/1", {}, True, [], {}),
]


@pytest.mark.parametrize(("schema", "subject", "issued", "entered", "expected"), KEEPING)
def test_a_duty_runs_five_years_from_the_latest_date_it_knows(
    schema: str, subject: dict[str, object], issued: bool, entered: list[date], expected: dict[str, date]
) -> None:
    found = keeping_of(schema, subject, issued=issued, known_on=date(2026, 11, 28), entered=entered)
    assert {each.duty: each.until for each in found} == expected
    for each in found:
        assert each.runs(each.until)
        assert not each.runs(each.until + timedelta(days=1))


def _row(world: World, slug: str, document: str) -> object:
    with world.actors[slug].tenant.database.reading() as view:
        return view.execute(vault.documents.select().where(vault.documents.c.document_id == document)).one()


def tenant_folder(world: World) -> Path:
    return world.node.home.member("bajio")


def _hex(digest: str) -> str:
    return f"*{unb64url(digest).hex()}*"


def vault_statement(view: sa.Connection, name: str) -> bool:
    return view.execute(vault.statements.select().where(vault.statements.c.id == name)).first() is not None
