"""Founding a node and hosting members on it: whole or not at all, whatever cuts it off."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from transire.crypto.keystore import KeyStore
from transire.desk.persons import add_person
from transire.desk.sign_in_links import create_sign_in_link
from transire.errors import TransireError
from transire.ledger.errors import GenesisInvalid
from transire.node.errors import HomeExists, ProductionRefused, SecretMissing, SettingsInvalid, WitnessRefused
from transire.node.home import write_new_secret
from transire.node.node import NewMember, Node
from transire.node.settings import FILE_NAME, NodeSettings, VaultSettings, amend_settings, read_settings

CUSTOMS = NewMember("customs", "Customs", ("customs",))
BROKER = NewMember("broker", "Broker", ("broker",))


@pytest.fixture
def settings(tmp_path: Path) -> NodeSettings:
    write_new_secret(tmp_path / "secret")
    return NodeSettings(profile="development", secret_file=str(tmp_path / "secret"))


def found(folder: Path, settings: NodeSettings, *, network: str = "test", founder: NewMember = CUSTOMS) -> Node:
    return Node.create(folder, settings, network=network, founder=founder, keys_cost="test")


@pytest.mark.parametrize(
    ("network", "founder", "refusal"),
    [
        ("Not A Name", CUSTOMS, GenesisInvalid),
        ("test", NewMember("customs", "Customs", ("emperor",)), GenesisInvalid),
        ("test", NewMember("../customs", "Customs", ("customs",)), SettingsInvalid),
        ("test", NewMember("Customs", "Customs", ("customs",)), SettingsInvalid),
    ],
)
def test_a_slip_in_founding_leaves_nothing_and_may_be_corrected(
    tmp_path: Path, settings: NodeSettings, network: str, founder: NewMember, refusal: type[TransireError]
) -> None:
    with pytest.raises(refusal):
        found(tmp_path / "node", settings, network=network, founder=founder)
    assert not (tmp_path / "node").exists()
    found(tmp_path / "node", settings).close()


def test_what_lay_in_the_folder_stays_there(tmp_path: Path, settings: NodeSettings) -> None:
    with pytest.raises(GenesisInvalid):
        found(tmp_path, settings, network="Not A Name")
    assert (tmp_path / "secret").exists()


def test_no_node_is_founded_without_its_secret(tmp_path: Path) -> None:
    with pytest.raises(SecretMissing):
        found(tmp_path / "node", NodeSettings(profile="development"))
    assert not (tmp_path / "node").exists()


def test_an_enrolment_that_was_refused_may_be_corrected(folder: Path) -> None:
    with Node.open(folder) as node:
        with pytest.raises(TransireError):
            node.add_member(NewMember("broker", "Broker", ("emperor",)), registrar=node.tenant("customs"))
        with pytest.raises(WitnessRefused, match="registrar-only"):
            node.add_member(BROKER, registrar=node.tenant("producer"))
        for did in ("did:web:producer.example", "did:web:localhost", "did:key:z6Mk", "producer.example"):
            with pytest.raises(TransireError):  # another member's, no host of the Internet's, and none at all
                node.add_member(NewMember("broker", "Broker", ("broker",), did), registrar=node.tenant("customs"))
        added = node.add_member(BROKER, registrar=node.tenant("customs"))
        assert added.roles == ("broker",)
        assert list(node.tenants) == ["customs", "producer", "importer", "broker"]


def test_a_member_that_a_crash_left_enrolled_but_not_hosted_is_hosted_with_its_keys(folder: Path) -> None:
    written = (folder / FILE_NAME).read_bytes()
    with Node.open(folder) as node:
        did = node.add_member(BROKER, registrar=node.tenant("customs")).did
    (folder / FILE_NAME).write_bytes(written)  # as if it had been killed before this was written
    with Node.open(folder) as node:
        assert "broker" not in node.tenants
        assert node.add_member(BROKER, registrar=node.tenant("customs")).did == did
        with pytest.raises(HomeExists):
            node.add_member(BROKER, registrar=node.tenant("customs"))


def test_what_the_environment_says_does_not_get_into_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRANSIRE_PORT", "9999")
    monkeypatch.setenv("TRANSIRE_LEDGER_BEAT_MS", "7")
    with Node.open(folder) as node:
        node.add_member(BROKER, registrar=node.tenant("customs"))
        assert node.settings.port == 9999
    kept = read_settings(folder, {})
    assert (kept.port, kept.ledger.beat_ms) == (8400, 50)
    assert [member.slug for member in kept.member] == ["customs", "producer", "importer", "broker"]


class TestProduction:
    def test_it_founds_no_node_with_cheap_keys(self, tmp_path: Path) -> None:
        write_new_secret(tmp_path / "secret")
        with pytest.raises(ProductionRefused, match="test cost"):
            found(tmp_path / "node", NodeSettings(secret_file=str(tmp_path / "secret")))
        assert not (tmp_path / "node").exists()

    def test_it_opens_no_node_with_cheap_keys(self, folder: Path) -> None:
        self.put_into_production(folder)
        with pytest.raises(ProductionRefused, match="test cost"):
            Node.open(folder)

    def test_nor_one_of_whose_members_a_key_store_is_cheap(self, tmp_path: Path) -> None:
        node = self.real_node(tmp_path)
        node.close()
        store = tmp_path / "node" / "members" / "customs" / "keys.json"
        store.unlink()
        KeyStore.create(store, (tmp_path / "secret").read_bytes(), profile="test")
        with pytest.raises(ProductionRefused, match="customs"):
            Node.open(tmp_path / "node")

    def test_it_keeps_no_document_in_memory(self, tmp_path: Path) -> None:
        self.real_node(tmp_path).close()
        amend_settings(tmp_path / "node", lambda written: replace(written, vault=VaultSettings("memory://")))
        with pytest.raises(ProductionRefused, match=r"vault\.url"):
            Node.open(tmp_path / "node")

    def test_a_sign_in_link_from_before_opens_no_door(self, tmp_path: Path) -> None:
        from transire.portal.app import create_app

        node = self.real_node(tmp_path)
        tenant = node.tenant("customs")
        with tenant.transaction() as tx:
            person = add_person(tx, name="Officer", login="o@customs.example", roles=["officer"], now=tenant.now())
            token = create_sign_in_link(tx, person.id, now=tenant.now(), production=False)
        address = f"/m/customs/enter/{token}"
        with TestClient(create_app(node), base_url="https://testserver", follow_redirects=False) as browser:
            form = re.search(r'name="form_token" value="([^"]+)"', browser.get(address).text)
            answer = browser.post(address, data={"form_token": form[1] if form else ""})
        node.close()
        assert answer.status_code >= 400
        assert "desk.development-part-refused" in answer.text
        assert "transire_session" not in answer.headers.get("set-cookie", "")

    @staticmethod
    def real_node(tmp_path: Path) -> Node:
        write_new_secret(tmp_path / "secret")
        settings = NodeSettings(secret_file=str(tmp_path / "secret"))
        return Node.create(tmp_path / "node", settings, network="test", founder=CUSTOMS, keys_cost="interactive")

    @staticmethod
    def put_into_production(folder: Path) -> None:
        path = folder / FILE_NAME
        path.write_text(path.read_text().replace('profile = "development"', 'profile = "production"'))


@pytest.mark.parametrize("slug", ["a/b", "..", "A", "a_b", "-a", "a-", "", "a" * 64])
def test_a_slug_is_what_an_address_can_hold(slug: str, folder: Path) -> None:
    settings = read_settings(folder, {})
    (folder / FILE_NAME).write_text(f'[[member]]\nslug = "{slug}"\ndid = "{settings.member[0].did}"\n')
    with pytest.raises(SettingsInvalid, match=r"member\.slug"):
        read_settings(folder, {})
