"""From `transire ledger offer` to a running node of a network, by the commands that an operator types."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from msgspec.structs import replace

from cometbft_world import LONG, free_ports
from transire.cli import cli
from transire.engines.cometbft.engine import CometBftEngine
from transire.ledger.action import sign_action
from transire.ledger.genesis import Genesis
from transire.ledger.possession import verify_validator
from transire.node.anchor import write_time
from transire.node.doctor import examine
from transire.node.node import Node
from transire.node.rotation import rotate_key
from transire.node.settings import amend_settings, read_settings

pytestmark = [pytest.mark.cometbft, pytest.mark.xdist_group("network")]
Typed = Callable[..., Result]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Typed:
    """Type a command in a folder of its own; it must succeed."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> Result:
        result = CliRunner().invoke(cli, list(words), catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result

    return run


@pytest.fixture
def joined(typed: Typed, tmp_path: Path) -> Path:
    """A folder with the node of a network of one organisation, founded by commands; it has never run."""
    options = ["--secret-file", "secret", "--listen", f"127.0.0.1:{free_ports(1)[0]}"]
    member = ["--slug", "customs", "--name", "Customs", "--role", "customs"]
    typed("ledger", "offer", "--home", "node", *member, *options, "--out", "a.offer.json")
    typed("ledger", "found", "pacific", "a.offer.json", "--registrar", "a.offer.json", "--out", "genesis.json")
    told = typed(
        "ledger", "join", "--home", "node", "--slug", "customs", *options, "--genesis", "genesis.json",
        "--peer", "a" * 40 + "@127.0.0.1:1",
    )  # fmt: skip
    assert "Compare by telephone" in told.output
    return tmp_path / "node"


@pytest.mark.usefixtures("cometbft_program")
def test_a_node_that_joined_runs_says_how_it_stands_and_is_whole(joined: Path, typed: Typed) -> None:
    assert read_settings(joined).ledger.engine == "cometbft"
    with Node.open(joined) as node:
        assert isinstance(node.engine, CometBftEngine)
        assert node.engine.wait_for(2, LONG), node.engine.status()
        told = json.loads(typed("ledger", "status", "--home", "node", "--json").output)
        assert (told["network"], told["power"], told["peers"]) == (node.engine.network, 10, [])
        assert "header hash" in typed("ledger", "status", "--home", "node").output
        made = typed("ledger", "new-validator-key", "--home", "node", "--slug", "customs", "--out", "change.json")
        assert "validator-2" in made.output
        change = json.loads((joined.parent / "change.json").read_bytes())
        proposed = node.tenant("customs").act(
            "member.update/1", {"did": node.tenant("customs").did, "endpoint": "https://a"}
        )
        assert proposed.accepted
        assert (change["type"], change["operator"]) == ("validator", node.tenant("customs").did)
    assert [one for one in examine(joined, deep=True) if not one.healthy] == []


def test_somebody_signs_in_and_governs_for_an_organisation_that_joined(joined: Path, typed: Typed) -> None:
    person = ["--home", "node", "--slug", "customs", "--login", "admin@customs.example"]
    told = typed("node", "add-administrator", *person).output
    password = told.partition("with the password ")[2].split()[0]
    scopes = [word for name in ("read", "govern", "enrol") for word in ("--scope", f"network.{name}")]
    typed("node", "credentials", *person, *scopes, "--out", "customs.json")
    node = Node.open(joined)
    try:
        desk = node.tenant("customs").sign_in_desk
        desk.sign_in("admin@customs.example", password, now=node.tenant("customs").now())
    finally:
        node.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--listen", "0.0.0.0:26656", "--out", "b.offer.json"), "under which the others reach it"),
        (("--out", "nowhere/b.offer.json"), "there is no folder nowhere"),
        (("--role", "king", "--out", "b.offer.json"), "got king"),
    ],
)
@pytest.mark.usefixtures("typed")
def test_an_offer_that_would_be_of_no_use_leaves_no_keys(words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    member = ["--home", "b", "--slug", "b", "--name", "B", "--role", "chamber", "--secret-file", "secret"]
    refused = CliRunner().invoke(cli, ["ledger", "offer", *member, *words])
    assert refused.exit_code
    assert said in refused.output + str(refused.exception)
    assert not (tmp_path / "b").exists()


def test_an_offer_that_is_none_and_a_genesis_twice_are_refused(joined: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{}")
    refused = CliRunner().invoke(cli, ["ledger", "found", "x1", "bad.json", "--registrar", "bad.json", "--out", "g"])
    assert "is not the offer" in str(refused.exception)
    again = ["ledger", "join", "--home", "node", "--slug", "customs", "--secret-file", "secret"]
    refused = CliRunner().invoke(cli, [*again, "--genesis", "genesis.json", "--peer", "a" * 40 + "@y:1"])
    assert "node.home-exists" in getattr(refused.exception, "code", "")
    refused = CliRunner().invoke(cli, ["ledger", "status", "--home", "node"])
    assert "blocks-unavailable" in getattr(refused.exception, "code", "")
    assert Genesis.parse((tmp_path / "genesis.json").read_bytes()).validators[0].power == 10


@pytest.mark.usefixtures("cometbft_program")
def test_a_restored_node_joins_its_network_again_with_a_new_key(typed: Typed, tmp_path: Path) -> None:
    """Two organisations; the second loses its node and restores it. Its old key signs nothing any more."""
    first, second, again = (f"127.0.0.1:{port}" for port in free_ports(3))
    for slug, listen in (("customs", first), ("chamber", second)):
        member = ["--slug", slug, "--name", slug.title(), "--role", slug, "--secret-file", f"{slug}.secret"]
        typed("ledger", "offer", "--home", slug, *member, "--listen", listen, "--out", f"{slug}.json")
    typed("ledger", "found", "two", "customs.json", "chamber.json", "--registrar", "customs.json", "--out", "g.json")
    for slug, listen, other in (("customs", first, "chamber"), ("chamber", second, "customs")):
        options = ["--slug", slug, "--secret-file", f"{slug}.secret", "--listen", listen, "--genesis", "g.json"]
        typed("ledger", "join", "--home", slug, *options, "--peer", f"{other}.json")
    with Node.open(tmp_path / "customs") as customs:
        with Node.open(tmp_path / "chamber") as chamber:
            assert chamber.engine.wait_for(2, LONG)
            told = chamber.tenant("chamber").act(
                "member.update/1", {"did": chamber.tenant("chamber").did, "endpoint": "https://c"}
            )
            for purpose in ("act", "agree"):
                rotated = rotate_key(chamber, chamber.tenant("chamber"), purpose)
            # As an operator does it: from another process, while the node runs.
            command = [sys.executable, "-m", "transire", "backup", "create", "--home", "chamber", "--to", "chamber.tar"]
            subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
        out = typed("backup", "restore", "chamber.tar", "--to", "restored", "--secret-file", "chamber.secret").output
        assert "a new key, which has no vote" in out
        settings = read_settings(tmp_path / "restored")
        assert settings.ledger.validator_key == "validator-2"
        command = ["ledger", "validator-change", "--home", "restored", "--slug", "chamber", "--key", "validator-2"]
        assert " ".join(["transire", *command, "--out", "change.json"]) in out
        typed(*command, "--out", "change.json")
        change = json.loads((tmp_path / "change.json").read_bytes())
        verify_validator(change["operator"], change["public"], change["possession"])
        assert (change["type"], change["operator"]) == ("validator", settings.member[0].did)
        amend_settings(tmp_path / "restored", lambda s: replace(s, ledger=replace(s.ledger, p2p_port=int(again[10:]))))
        with Node.open(tmp_path / "restored") as restored:
            assert restored.engine.wait_for(told.height, LONG)
            found = restored.engine.lookup(told.action_id)
            assert found is not None
            assert found.height == told.height
            status = restored.engine.status()  # type: ignore[attr-defined]
            assert status.network == customs.engine.network
            # The first start is enough: the keys that it signs and opens with are those that the ledger came to name.
            member = restored.tenant("chamber")
            assert restored.engine.wait_for(rotated.height, LONG)
            assert member.signer.key_name == "act-2"
            assert member.vault.agree_public == member.keys.agreement_key("agree-2").public
            # (Half of the power is gone with the old node: no block takes it, but it could enter one.)
            signer = member.signer
            raw = sign_action(
                "witness/1", {"pool": "A" * 43}, by=signer.did, key=signer.key_name, network=restored.engine.network,
                expires=write_time(datetime.now(UTC) + timedelta(minutes=5)), nonce=bytes(16), signer=signer.key,
            )  # fmt: skip
            assert restored.engine.check(raw).refusal is None  # type: ignore[attr-defined]
