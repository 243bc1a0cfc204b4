"""A node from its first day, by commands alone: init, add-member, members, run, config, doctor, records, backup."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from command_world import Transire
from transire.node.settings import NodeSettings

INIT = ("--network", "pacific", "--slug", "us-customs", "--name", "US Customs", "--role", "customs")
ACME = ("--slug", "acme", "--name", "Acme Imports", "--role", "importer", "--registrar", "us-customs")
UP_WITHIN_S = 60.0
DOWN_WITHIN_S = 30.0


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a node that the command founded, and its secret beside it."""
    folder = tmp_path_factory.mktemp("founded")
    arguments = ["node", "init", "--home", folder / "node", *INIT, "--secret-file", folder / "secret"]
    done = subprocess.run(
        [sys.executable, "-m", "transire", *map(str, arguments), "--administrator", "admin@customs.example"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (folder / "told.txt").write_text(done.stdout)
    return folder


@pytest.fixture
def home(founded: Path, tmp_path: Path) -> Path:
    """A copy of that node, which a test may alter."""
    shutil.copytree(founded / "node", tmp_path / "node")
    return tmp_path / "node"


class TestInit:
    def test_it_tells_the_network_and_the_first_password_once(self, founded: Path) -> None:
        told = (founded / "told.txt").read_text()
        assert re.search(r"^network   pacific-[0-9a-f]{32}$", told, re.MULTILINE)
        assert re.search(r"^sign in   admin@customs\.example with the password \S{24} \(shown once", told, re.MULTILINE)
        assert told.splitlines()[-1] == f"Next: transire node run --home {founded / 'node'}"
        password = re.search(r"password (\S{24})", told)
        assert password is not None
        kept = b"".join(path.read_bytes() for path in (founded / "node").rglob("*") if path.is_file())
        assert password[1].encode() not in kept

    def test_the_secret_and_the_folder_are_for_their_owner_alone(self, founded: Path) -> None:
        assert (founded / "secret").stat().st_mode & 0o077 == 0
        assert (founded / "node").stat().st_mode & 0o077 == 0
        assert (founded / "node" / "members").stat().st_mode & 0o077 == 0

    def test_the_profile_is_production_unless_another_is_asked_for(self, founded: Path) -> None:
        settings = tomllib.loads((founded / "node" / "transire.toml").read_text())
        assert settings.get("profile", NodeSettings().profile) == "production"

    def test_it_is_never_made_over_an_existing_node(self, home: Path, transire: Transire) -> None:
        before = (home / "genesis.json").read_bytes()
        secret = home.parent / "another-secret"
        done = transire(
            "node", "init", "--home", home, *INIT, "--secret-file", secret, "--administrator", "a@x.example"
        )
        assert done.code == 1
        assert "(node.home-exists)" in done.err
        assert (home / "genesis.json").read_bytes() == before

    def test_an_unsuitable_name_leaves_nothing_that_looks_like_a_node(self, tmp_path: Path, transire: Transire) -> None:
        arguments = ["--home", tmp_path / "node", "--network", "Pacific Trade", *INIT[2:]]
        done = transire("node", "init", *arguments, "--secret-file", tmp_path / "s", "--administrator", "a@x.example")
        assert done.code == 1
        assert "(ledger.genesis-invalid)" in done.err
        assert not (tmp_path / "node" / "transire.toml").exists()

    def test_an_administrator_without_an_address_leaves_nothing_at_all(
        self, tmp_path: Path, transire: Transire
    ) -> None:
        arguments = ["--home", tmp_path / "node", *INIT, "--secret-file", tmp_path / "s", "--administrator"]
        done = transire("node", "init", *arguments, "admin")
        assert (done.code, "(desk.login-unsuitable)" in done.err) == (1, True)
        assert list(tmp_path.iterdir()) == []


class TestMembers:
    def test_an_administrator_without_an_address_adds_no_member(self, home: Path, transire: Transire) -> None:
        done = transire("node", "add-member", "--home", home, *ACME, "--administrator", "admin")
        assert (done.code, "(desk.login-unsuitable)" in done.err) == (1, True)
        assert [path.name for path in (home / "members").iterdir()] == ["us-customs"]

    def test_a_member_is_added_and_listed(self, home: Path, transire: Transire) -> None:
        added = transire("node", "add-member", "--home", home, *ACME, "--administrator", "admin@acme.example")
        assert added.code == 0, added.err
        assert "admin@acme.example with the password" in added.out
        listed = transire("node", "members", "--home", home)
        assert listed.code == 0
        assert [line.split()[0] for line in listed.out.splitlines()] == ["us-customs", "acme"]
        assert re.search(r"^acme +Acme Imports +importer +did:key:z6Mk", listed.out, re.MULTILINE)

    def test_the_registrar_must_be_hosted(self, home: Path, transire: Transire) -> None:
        arguments = [*ACME[:-1], "nobody"]
        done = transire("node", "add-member", "--home", home, *arguments, "--administrator", "a@acme.example")
        assert (done.code, "(node.unknown-tenant)" in done.err) == (1, True)
        assert [path.name for path in (home / "members").iterdir()] == ["us-customs"]

    def test_a_slug_is_given_once(self, home: Path, transire: Transire) -> None:
        arguments = ["--slug", "us-customs", *ACME[2:]]
        done = transire("node", "add-member", "--home", home, *arguments, "--administrator", "a@acme.example")
        assert done.code == 1


@pytest.fixture
def running(home: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The node in a process of its own, answering; killed if the test leaves it behind."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "transire", "node", "run", "--home", str(home)],
        env={"PATH": "/usr/bin:/bin", "TRANSIRE_PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/livez", process)
        yield process, address
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_for(address: str, process: subprocess.Popen[str]) -> None:
    """Until it says that it is open: from then on it takes connections, so that a link may be followed at once."""
    assert process.stdout is not None
    assert "(Ctrl-C stops it)" in process.stdout.readline()
    with urllib.request.urlopen(address, timeout=UP_WITHIN_S) as answer:
        assert answer.status == 200


class TestRun:
    def test_it_answers_and_ends_with_0_on_sigterm(
        self, running: tuple[subprocess.Popen[str], str], home: Path, transire: Transire
    ) -> None:
        process, address = running
        with urllib.request.urlopen(f"{address}/readyz", timeout=10) as ready:
            assert ready.status == 200
        second = transire("node", "run", "--home", home)
        assert (second.code, "(engine.replica-in-use)" in second.err) == (1, True)
        assert transire("doctor", "--home", home).code == 1  # it says that the node must be stopped
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=DOWN_WITHIN_S)
        assert process.returncode == 0, err
        assert "Traceback" not in err
        assert transire("doctor", "--home", home).code == 0

    def test_it_ends_with_0_on_ctrl_c(self, running: tuple[subprocess.Popen[str], str]) -> None:
        process, _ = running
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=DOWN_WITHIN_S)
        assert (process.returncode, "Traceback" in err) == (0, False)


class TestConfig:
    def test_it_shows_every_setting_and_reads_back(self, home: Path, transire: Transire) -> None:
        done = transire("config", "show", "--home", home)
        assert done.code == 0
        values = tomllib.loads(done.out)
        assert set(NodeSettings.__struct_fields__) == set(values)
        assert values["ledger"]["validator_key"] == "validator-1"

    def test_the_environment_counts(self, home: Path, transire: Transire, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("TRANSIRE_LEDGER_BEAT_MS", "20")
        assert tomllib.loads(transire("config", "show", "--home", home).out)["ledger"]["beat_ms"] == 20
        monkeypatch.setenv("TRANSIRE_LEDGER_BEAT_MS", "soon")
        done = transire("config", "show", "--home", home)
        assert (done.code, "(node.settings-invalid)" in done.err) == (1, True)

    def test_a_folder_without_node_is_said(self, tmp_path: Path, transire: Transire) -> None:
        done = transire("config", "show", "--home", tmp_path)
        assert (done.code, "transire node init" in done.err) == (1, True)


class TestDoctor:
    def test_a_healthy_node(self, home: Path, transire: Transire) -> None:
        done = transire("doctor", "--home", home, "--deep")
        assert done.code == 0
        assert {line[:4] for line in done.out.splitlines()} == {"well"}

    def test_json_for_a_monitor(self, home: Path, transire: Transire) -> None:
        (home / "keys.json").chmod(0o644)
        done = transire("doctor", "--home", home, "--json")
        assert done.code == 1
        found = {one["name"]: one["complaints"] for one in orjson.loads(done.out) if not one["healthy"]}
        assert list(found) == ["settings and keys"]
        assert "readable by others" in found["settings and keys"][0]


class TestBackup:
    def test_create_check_restore(self, home: Path, transire: Transire, tmp_path: Path) -> None:
        file = tmp_path / "backup.tar"
        made = transire("backup", "create", "--home", home, "--to", file)
        assert made.code == 0, made.err
        assert re.search(r"^member    us-customs +\d+ files +\d", made.out, re.MULTILINE)
        assert made.out.splitlines()[-1] == f"Next: transire backup check {file}"
        checked = transire("backup", "check", file)
        assert (checked.code, "every byte is as it was sealed" in checked.out) == (0, True)
        restored = transire("backup", "restore", file, "--to", tmp_path / "again")
        assert restored.code == 0, restored.err
        assert "Never start the old node again" in restored.out
        assert transire("doctor", "--home", tmp_path / "again", "--deep").code == 0

    def test_refusals_say_what_to_do(self, home: Path, transire: Transire, tmp_path: Path) -> None:
        file = tmp_path / "backup.tar"
        transire("backup", "create", "--home", home, "--to", file)
        assert "(node.backup-exists)" in transire("backup", "create", "--home", home, "--to", file).err
        assert "(node.home-exists)" in transire("backup", "restore", file, "--to", home).err
        content = bytearray(file.read_bytes())
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
        for arguments in (["check", file], ["restore", file, "--to", tmp_path / "again"]):
            done = transire("backup", *arguments)
            assert (done.code, "(node.backup-invalid)" in done.err) == (1, True)
        assert not (tmp_path / "again").exists()


HEAVY = ("sqlalchemy", "starlette", "structlog", "alembic", "lmdb", "uvicorn")


def test_verify_imports_nothing_heavy(demo_out: Path) -> None:
    """A proof is checked in a fraction of a second, with the document opened and all (DESIGN 8)."""
    code = (
        "import sys\nfrom transire.cli import main\n"
        "try:\n    main(sys.argv[1:])\nfinally:\n    print(' '.join(sys.modules), file=sys.stderr)"
    )
    arguments = ["verify", demo_out / "not-withdrawn.receipt.json", "--network", demo_out / "network.json"]
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert set(done.stderr.split()).isdisjoint(HEAVY)
