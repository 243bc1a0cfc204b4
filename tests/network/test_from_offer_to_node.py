"""From `transire ledger offer` to a running node of a network, by the commands that an operator types."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cometbft_world import LONG, free_ports
from transire.cli import cli
from transire.engines.cometbft.engine import CometBftEngine
from transire.ledger.genesis import Genesis
from transire.node.doctor import examine
from transire.node.node import Node
from transire.node.settings import read_settings

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
    assert [one.name for one in examine(joined, deep=True) if not one.healthy] == []


def test_an_offer_that_is_none_and_a_genesis_twice_are_refused(joined: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{}")
    refused = CliRunner().invoke(cli, ["ledger", "found", "x1", "bad.json", "--registrar", "bad.json", "--out", "g"])
    assert "is not the offer" in str(refused.exception)
    again = ["ledger", "join", "--home", "node", "--slug", "customs", "--secret-file", "secret"]
    refused = CliRunner().invoke(cli, [*again, "--genesis", "genesis.json", "--peer", "x@y:1"])
    assert "node.home-exists" in getattr(refused.exception, "code", "")
    refused = CliRunner().invoke(cli, ["ledger", "status", "--home", "node"])
    assert "blocks-unavailable" in getattr(refused.exception, "code", "")
    assert Genesis.parse((tmp_path / "genesis.json").read_bytes()).validators[0].power == 10
