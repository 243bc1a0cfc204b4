"""Governing through the API, the commands and the portal, on a node whose member governs and registers."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from starlette.testclient import TestClient

from node_world import make_node
from transire.cli import cli
from transire.client.connection import Credentials
from transire.client.errors import CredentialsUnfit, NodeRefused, NodeUnreachable
from transire.crypto.encoding import b64url
from transire.crypto.keys import SigningKey
from transire.desk.persons import add_person
from transire.desk.sessions import open_session
from transire.ledger.governance import GovernorOnly
from transire.ledger.possession import prove_validator
from transire.node.node import Node
from transire.node.settings import read_settings, write_settings
from transire.portal.app import create_app
from transire.portal.cookies import SESSION
from transire.portal.ownforms import FIELD
from two_nodes import Served, free_port, serve

LOGIN = "admin@customs.example"
SIGNS = "inspector@customs.example"
SCOPES = ("network.read", "network.govern", "network.enrol")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A node that is not running, with an administrator, credentials for a program, and a member that waits."""
    folder = tmp_path_factory.mktemp("governing")
    node = make_node(folder)
    with node.tenant("customs").transaction() as tx:
        add_person(tx, name="Administrator", login=LOGIN, roles=["administrator"], now=node.tenant("customs").now())
        add_person(tx, name="Inspector", login=SIGNS, roles=["signing_official"], now=node.tenant("customs").now())
    node.close()
    settings = read_settings(folder / "node")
    write_settings(folder / "node", replace(settings, port=free_port()))
    key = ["--slug", "customs", "--login", LOGIN, "--out", str(folder / "customs.json")]
    scopes = [part for scope in SCOPES for part in ("--scope", scope)]
    run("node", "credentials", *key, *scopes, "--home", str(folder / "node"))
    key = ["--slug", "customs", "--login", SIGNS, "--out", str(folder / "inspector.json")]
    scopes = [
        part for scope in ("documents.read", "documents.issue", "documents.withdraw") for part in ("--scope", scope)
    ]
    run("node", "credentials", *key, *scopes, "--home", str(folder / "node"))
    acme = ["--slug", "acme", "--name", "Acme", "--role", "importer", "--administrator", "admin@acme.example"]
    run("node", "prepare-member", *acme, "--out", str(folder / "acme.json"), "--home", str(folder / "node"))
    return folder


@pytest.fixture(scope="module")
def served(home: Path) -> Iterator[Served]:
    with Node.open(home / "node") as node:
        made = serve(node)
        yield made
        made.stop_serving()


def run(*arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(cli, arguments)
    if code:
        assert done.exception is not None
        return str(done.exception)
    assert done.exit_code == 0, f"{done.output}{done.exception!r}"
    return done.stdout


def govern(home: Path, *arguments: str, code: int = 0) -> str:
    return run("govern", *arguments, "--as", str(home / "customs.json"), code=code)


def test_the_key_of_a_program_lies_in_its_file_alone(home: Path, served: Served) -> None:
    file = home / "customs.json"
    assert file.stat().st_mode & 0o077 == 0
    found = Credentials.read(file)
    assert (found.member, found.token) == ("customs", "")
    assert found.seed not in repr(found)
    with found.connect() as connection:
        assert set(connection.get("/me")["scopes"]) == set(SCOPES)
        with pytest.raises(NodeRefused) as refusal:
            connection.get("/documents")
        assert refusal.value.refusal in ("desk.scope-missing", "desk.permission-denied")


def test_a_file_that_says_nothing_is_refused_in_words(home: Path) -> None:
    for content in (
        "",
        "{}",
        '{"url":"http://x","member":"a"}',
        '{"url":"http://x","member":"a","token":"t","seed":1}',
    ):
        (home / "bad.json").write_text(content)
        with pytest.raises(CredentialsUnfit):
            Credentials.read(home / "bad.json")
    (home / "away.json").write_text('{"url":"http://127.0.0.1:1","member":"a","token":"t"}')
    with pytest.raises(NodeUnreachable):
        Credentials.read(home / "away.json").connect().get("/me")


def test_a_change_is_proposed_and_with_one_governor_decided(home: Path, served: Served) -> None:
    proposal = govern(home, "propose", "--parameter", "actions_per_block=900").strip()
    [listed] = [each for each in json.loads(govern(home, "list", "--json")) if each["id"] == proposal]
    assert (listed["change"]["value"], listed["decided"] is not None) == (900, True)
    assert proposal in govern(home, "list")
    assert "ledger.proposal-unknown" in govern(home, "approve", proposal, code=1)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": "parameter", "name": "nonsense", "value": 1}, "ledger.parameter-refused"),
        ({"type": "appoint", "office": "king", "member": "did:web:a.example"}, "api.request-invalid"),
        ({"nonsense": 1}, "api.request-invalid"),
    ],
)
def test_a_change_that_cannot_be_made_is_refused(home: Path, served: Served, change: Any, code: str) -> None:
    (home / "change.json").write_text(json.dumps(change))
    assert code in govern(home, "propose", "--change", str(home / "change.json"), code=1)


def test_what_would_be_done_is_said_and_nothing_is_signed(home: Path, served: Served) -> None:
    before = served.node.engine.height, json.loads(govern(home, "list", "--json"))
    member = json.loads((home / "acme.json").read_bytes())
    (home / "acme.offer.json").write_text(json.dumps({"format": "transire/offer/1", "member": member}))
    for arguments, said in (
        (
            ["propose", "--parameter", "proposal_days=20"],
            "becomes 20.\nIts value is 30 now.\nIt is decided",
        ),
        (
            ["propose", "--rules", "2@1000000"],
            "rules of version 2 decide.\nThis node does not",
        ),
        (["enrol", str(home / "acme.json")], "Acme becomes a member, with 5 keys."),
        (["enrol", str(home / "acme.offer.json")], "Acme becomes a member, with 5 keys."),
        (["suspend", served.node.tenant("producer").did], "Nothing that Producer signs enters the ledger"),
    ):
        done = CliRunner().invoke(cli, ["govern", *arguments, "--check", "--as", str(home / "customs.json")])
        assert (done.exit_code, done.stdout) == (0, ""), done.output
        assert said in done.stderr
    # Refused by the rules themselves, before anything is signed.
    for arguments, code in (
        (["propose", "--parameter", "proposal_days=400"], "ledger.parameter-refused"),
        (["propose", "--rules", "1@1000000"], "ledger.change-refused"),
        (["propose", "--dismiss", f"governor:{served.node.tenant('customs').did}"], "ledger.change-refused"),
        (["suspend", served.node.tenant("customs").did], "ledger.registrar-only"),
        (["readmit", "did:web:nobody.example"], "ledger.member-unknown"),
    ):
        assert code in govern(home, *arguments, code=1)
    assert (served.node.engine.height, json.loads(govern(home, "list", "--json"))) == before


def test_a_validator_comes_out_of_an_offer_with_the_power_that_is_given(home: Path, served: Served) -> None:
    """Here the genesis fixes the validators, so that the rules refuse it: they understood what was asked."""
    key = SigningKey.from_seed(bytes(32))
    did = served.node.tenant("customs").did
    entry = {"public": b64url(key.public), "operator": did, "possession": prove_validator(did, key)}
    (home / "offer.json").write_text(json.dumps({"format": "transire/offer/1", "validator": entry}))
    file = ["propose", "--validator", str(home / "offer.json")]
    assert "the genesis fixes the validators" in govern(home, *file, "--power", "7", code=1)
    assert "power" in govern(home, *file, code=1)  # neither the file nor the command says it


def test_exactly_one_change_is_named(home: Path) -> None:
    for arguments in (
        [],
        ["--parameter", "a=1", "--appoint", "governor:did:web:a.example"],
        ["--parameter", "a=b"],
        ["--parameter", "a=²"],
        ["--rules", "two"],
        ["--parameter", "a=1", "--power", "3"],
    ):
        done = CliRunner().invoke(cli, ["govern", "propose", *arguments, "--as", str(home / "customs.json")])
        assert done.exit_code == 2, (arguments, done.output)


def test_a_prepared_member_is_enrolled_suspended_and_readmitted(home: Path, served: Served) -> None:
    acme = served.node.tenant("acme")
    assert acme.record is None
    assert "is a member" in govern(home, "enrol", str(home / "acme.json"))
    assert (acme.name, acme.roles) == ("Acme", ("importer",))
    assert "ledger.member-exists" in govern(home, "enrol", str(home / "acme.json"), code=1)
    assert "suspended" in govern(home, "suspend", acme.did)
    height = served.node.engine.height + 1
    assert acme.record is not None
    assert not acme.record.is_active(height)
    govern(home, "readmit", acme.did)
    assert acme.record is not None
    assert acme.record.is_active(served.node.engine.height + 1)


def test_the_page_of_the_network_offers_what_the_member_may(home: Path, served: Served) -> None:
    customs = served.node.tenant("customs")
    session = _session(customs, LOGIN)
    client = TestClient(create_app(served.node), follow_redirects=False)
    cookie = {"cookie": f"{SESSION}={session.token}"}
    page = client.get("/m/customs/network", headers=cookie)
    assert page.status_code == 200
    for offered in ("Propose a change", "Enrol a member"):
        assert offered in page.text
    assert "actions_per_block becomes 900." in page.text  # what was decided before, in words

    def sent(path: str, **fields: str) -> Any:
        return client.post(f"/m/customs/network/{path}", data={FIELD: session.csrf, **fields}, headers=cookie)

    form = client.get("/m/customs/network/propose", headers=cookie)
    assert "actions_per_block (900; 1 - 100000)" in form.text
    wanted = {"kind": "parameter", "name": "actions_per_block", "value": "800"}
    checked = sent("proposals/check", **wanted)
    assert checked.status_code == 200, checked.text
    assert "actions_per_block becomes 800." in checked.text
    assert customs.engine.state("parameter/actions_per_block")["value"][-1]["value"] == 900
    for fields, code in (
        (wanted | {"value": "0"}, "ledger.parameter-refused"),
        (wanted | {"value": "many"}, "portal.field-unsuitable"),
        ({"kind": "rules", "version": "1", "height": "1000000"}, "ledger.change-refused"),
        ({"kind": "office", "what": "dismiss", "office": "governor", "member": customs.did}, "ledger.change-refused"),
    ):
        refused = sent("proposals/check", **fields)
        assert (refused.status_code >= 400, code in refused.text) == (True, True), refused.text
        assert "An office" in refused.text  # the forms again
    [change] = re.findall(r'name="change" value="([^"]+)"', checked.text)
    answer = sent("proposals", change=html.unescape(change))
    assert (answer.status_code, "told=proposed" in answer.headers["location"]) == (303, True)
    assert customs.engine.state("parameter/actions_per_block")["value"][-1]["value"] == 800
    refused = sent("proposals", change="[1]")
    assert refused.status_code >= 400
    assert "JSON object" in refused.text
    producer = served.node.tenant("producer").did
    asked = client.get(f"/m/customs/network/members/{producer}/suspend", headers=cookie)
    assert "Nothing that Producer signs enters the ledger" in asked.text
    [action] = re.findall(r'<form class="tr-sheet" method="post" action="([^"]+)"', asked.text)
    own = client.get(f"/m/customs/network/members/{customs.did}/suspend", headers=cookie)
    assert (own.status_code >= 400, "ledger.registrar-only" in own.text) == (True, True)
    for path in (action, action.replace("suspend", "readmit")):
        answer = client.post(path, data={FIELD: session.csrf}, headers=cookie)
        assert answer.status_code == 303, answer.text


def _session(tenant: Any, login: str) -> Any:
    from transire.desk.persons import list_accounts

    with tenant.transaction() as tx:
        [account] = [each for each in list_accounts(tx) if each.login == login]
        return open_session(tx, account.person.id, now=tenant.now())


def test_a_member_without_office_is_offered_nothing(home: Path, served: Served) -> None:
    producer = served.node.tenant("producer")
    with producer.transaction() as tx:
        person = add_person(tx, name="Administrator", login="a@p.example", roles=["administrator"], now=producer.now())
        session = open_session(tx, person.id, now=producer.now())
    client = TestClient(create_app(served.node), follow_redirects=False)
    page = client.get("/m/producer/network", headers={"cookie": f"{SESSION}={session.token}"})
    assert page.status_code == 200
    assert "Propose a change" not in page.text
    assert "Enrol a member" not in page.text
    answer = client.post(
        "/m/producer/network/proposals",
        data={FIELD: session.csrf, "change": '{"type":"parameter","name":"actions_per_block","value":1}'},
        headers={"cookie": f"{SESSION}={session.token}"},
    )
    assert answer.status_code == GovernorOnly.status
    assert GovernorOnly.code in answer.text


def test_a_program_issues_and_withdraws_a_document_of_the_trade(home: Path, served: Served) -> None:
    def document(*arguments: str, code: int = 0) -> str:
        return run("document", *arguments, "--as", str(home / "inspector.json"), code=code).strip()

    assert document("types").split()[0] == "phytosanitary-certificate/1"
    said = {
        "certificateNumber": "X-1",
        "issuedOn": "2026-11-15",
        "plantProtectionOrganization": {"name": "Plant Health Service, demonstration office"},
        "importingCountry": "US",
        "exporter": {"name": "Exporter"},
        "consignee": {"name": "Importer"},
        "lines": [],
    }
    (home / "plants.json").write_text(json.dumps(said))
    schema = ["--schema", "phytosanitary-certificate/1"]
    assert "documents.invalid" in document("issue", str(home / "plants.json"), *schema, code=1)
    (home / "lines.csv").write_text("description,botanical_name\nAvocados,Persea americana\n")
    issued = document("issue", str(home / "plants.json"), *schema, "--table", f"lines={home / 'lines.csv'}")
    served.node.settle()
    with Credentials.read(home / "inspector.json").connect() as connection:
        shown = connection.get(f"/documents/{issued}")
        assert shown["content"]["credentialSubject"]["lines"][0]["botanicalName"] == "Persea americana"
    assert document("withdraw", issued, "--reason", "Entered twice") == "withdrawn"


def test_documents_are_mapped_without_a_node(tmp_path: Path) -> None:
    theirs = {"credentialSubject": {"type": ["PackingList"], "orderNumber": "PO-1", "trackingNumber": "T", "items": []}}
    (tmp_path / "theirs.json").write_text(json.dumps(theirs))
    done = CliRunner().invoke(cli, ["document", "read", str(tmp_path / "theirs.json")])
    found = json.loads(done.output)
    assert (done.exit_code, found["schema"], found["left_out"]) == (1, "packing-list/1", ["/trackingNumber"])
    assert {each["where"] for each in found["problems"]} == {"/lines", "/seller"}
    (tmp_path / "ours.json").write_text(json.dumps(found["subject"]))
    back = json.loads(run("document", "write", str(tmp_path / "ours.json"), "--schema", "packing-list/1"))
    assert back["subject"] == {"type": ["PackingList"], "orderNumber": "PO-1"}
