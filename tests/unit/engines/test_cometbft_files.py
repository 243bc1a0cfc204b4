"""What CometBFT begins with: settings, genesis, keys that touch no disk, and the program itself."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from base64 import b64decode
from pathlib import Path

import pytest

from cometbft_world import keys_of_node
from ledger_world import genesis, signing_key
from transire.engines.cometbft import binary
from transire.engines.cometbft.binary import CHECKSUMS, VERSION, built_from, check_release, find_cometbft
from transire.engines.cometbft.errors import CometBftMissing, CometBftWrong
from transire.engines.cometbft.files import KeyFiles, configuration, node_id, toml, write_files
from transire.engines.cometbft.rpc import read_header, read_time
from transire.engines.cometbft.settings import PairSettings, StateSync
from transire.ledger.chain import NO_TIME, Time

PUBLIC = keys_of_node(0).validator.public


def test_the_settings_are_the_ones_that_were_chosen() -> None:
    written = tomllib.loads(toml(configuration(PairSettings(peers=("a@h:1", "b@h:2"), commit_ms=300, idle_s=2.5))))
    assert written["p2p"]["persistent_peers"] == "a@h:1,b@h:2"
    assert written["consensus"]["timeout_commit"] == "300ms"
    assert written["consensus"]["create_empty_blocks_interval"] == "2500ms"
    assert written["rpc"]["laddr"] == "unix://rpc.sock"
    assert written["p2p"]["pex"] is False
    assert written["statesync"]["enable"] is False


def test_state_sync_and_an_open_rpc_are_named_only_when_they_are_set() -> None:
    sync = StateSync(servers=("http://a:1", "http://b:2"), trust_height=7, trust_hash="AB" * 32)
    written = tomllib.loads(toml(configuration(PairSettings(state_sync=sync, rpc_listen="127.0.0.1:5"))))
    assert written["rpc"]["laddr"] == "unix://rpc.sock,tcp://127.0.0.1:5"
    assert (written["statesync"]["rpc_servers"], written["statesync"]["trust_height"]) == ("http://a:1,http://b:2", 7)


def test_the_genesis_document_holds_the_ledgers_own(tmp_path: Path) -> None:
    founded = genesis(validators=3)
    write_files(tmp_path, founded, PairSettings(), PUBLIC)
    document = json.loads((tmp_path / "config" / "genesis.json").read_bytes())
    assert document["chain_id"] == founded.network
    assert document["app_state"] == json.loads(founded.raw)
    assert [b64decode(one["pub_key"]["value"]) for one in document["validators"]] == [
        one.public_key for one in founded.validator_set
    ]
    assert int(document["consensus_params"]["evidence"]["max_age_num_blocks"]) > 100_000


def test_what_the_validator_signed_is_never_forgotten_by_a_start(tmp_path: Path) -> None:
    write_files(tmp_path, genesis(), PairSettings(), PUBLIC)
    (state,) = (tmp_path / "data").iterdir()
    state.write_text('{"height":"7","round":0,"step":3}')
    write_files(tmp_path, genesis(), PairSettings(), keys_of_node(1).validator.public)  # a new key has signed nothing
    assert len(list((tmp_path / "data").iterdir())) == 2
    write_files(tmp_path, genesis(), PairSettings(), PUBLIC)
    assert json.loads(state.read_text())["height"] == "7"
    configured = tomllib.loads((tmp_path / "config" / "config.toml").read_text())
    assert configured["priv_validator_state_file"] == f"data/{state.name}"


def test_keys_reach_a_child_and_no_disk(tmp_path: Path) -> None:
    keys = keys_of_node(0)
    files = KeyFiles(keys)
    code = "import os,sys;[sys.stdout.write(open(os.environ[n]).read()) for n in sorted(os.environ) if 'KEY_FILE' in n]"
    environment = {**os.environ, **files.environment}
    told = subprocess.run(
        [sys.executable, "-c", code], env=environment, pass_fds=files.descriptors, capture_output=True, check=True
    )
    files.close()
    assert told.stdout.count(b"priv_key") == 2
    write_files(tmp_path, genesis(), PairSettings(), PUBLIC)
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or keys.validator.seed[:8] not in path.read_bytes()
        assert not path.is_file() or b"PrivKey" not in path.read_bytes()


def test_a_node_is_known_by_the_address_of_its_key() -> None:
    assert len(node_id(signing_key("node 0").public)) == 40


def test_times_of_go_are_read_to_the_nanosecond() -> None:
    assert read_time("2026-11-22T10:15:00.123456789Z") == Time(1795342500, 123456789)
    assert read_time("2026-11-22T10:15:00Z") == Time(1795342500, 0)
    assert read_time("0001-01-01T00:00:00Z") == NO_TIME


def test_a_header_without_its_fields_is_no_header() -> None:
    with pytest.raises(KeyError):
        read_header({"version": {}, "chain_id": "x"})


def fake_program(path: Path, version: str, checksum: str) -> Path:
    path.write_bytes(b"\x7fELF...\npath\tx\nmod\t" + f"{binary.MODULE}\t{version}\t{checksum}\ndep\tother".encode())
    path.chmod(0o755)
    return path


def test_a_program_is_known_by_what_it_was_built_from(tmp_path: Path) -> None:
    good = fake_program(tmp_path / "good", VERSION, CHECKSUMS[VERSION])
    check_release(good)
    assert built_from(good) == (VERSION, CHECKSUMS[VERSION])
    for version, checksum in (("v1.0.1", "h1:x"), (VERSION, "h1:another="), ("v0.38.26-dirty", "")):
        with pytest.raises(CometBftWrong):
            check_release(fake_program(tmp_path / "bad", version, checksum))
    (tmp_path / "script").write_text("#!/bin/sh\n")
    with pytest.raises(CometBftWrong):
        check_release(tmp_path / "script")


def test_a_program_is_looked_for_where_it_may_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv(binary.CACHE_VARIABLE, raising=False)
    assert binary.cache_folder() == tmp_path / "user" / "transire" / "cometbft"
    monkeypatch.setenv(binary.CACHE_VARIABLE, str(tmp_path / "cache"))
    assert binary.cache_folder() == tmp_path / "cache" / "cometbft"
    monkeypatch.delenv(binary.VARIABLE, raising=False)
    with pytest.raises(CometBftMissing, match=r"v0\.38\.26"):
        find_cometbft()
    (tmp_path / "bin").mkdir()
    fake_program(tmp_path / "bin" / "cometbft", "v0.40.0", CHECKSUMS["v0.40.0"])
    with pytest.raises(CometBftMissing):
        find_cometbft()  # another line is taken only when somebody names it
    monkeypatch.setenv(binary.VARIABLE, str(tmp_path / "bin" / "cometbft"))
    assert find_cometbft() == tmp_path / "bin" / "cometbft"
    with pytest.raises(CometBftMissing):
        find_cometbft(str(tmp_path / "nothing"))
    with pytest.raises(CometBftMissing, match="no Go tools"):
        binary.install_cometbft()
    with pytest.raises(CometBftWrong, match="v1"):
        binary.install_cometbft(version="v1.0.1")  # before anything is built: it would never be started
    monkeypatch.delenv(binary.VARIABLE)
    folder = tmp_path / "cache" / "cometbft" / VERSION
    folder.mkdir(parents=True)
    fake_program(folder / "cometbft", VERSION, CHECKSUMS[VERSION])
    assert find_cometbft() == folder / "cometbft"
