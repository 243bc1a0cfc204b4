"""`transire`, `transire verify` and `transire statement show`, as their users meet them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from command_world import Transire
from ledger_world import CHAMBER, PRODUCER, signing_key
from receipt_world import Story, tell
from transire.cli import COMMANDS, Entry, cli, main
from transire.ledger.checkpoint import COSIGNATURE, ED25519, NoteVerifier
from transire.ledger.proof.errors import TooOld


@pytest.fixture(scope="module")
def story() -> Story:
    return tell()


@pytest.fixture
def files(tmp_path: Path, story: Story) -> Path:
    """A folder with a receipt and its network file."""
    (tmp_path / "receipt.json").write_bytes(story.receipt())
    (tmp_path / "network.json").write_bytes(story.chain.trust_root)
    return tmp_path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def verify(files: Path, *options: str, receipt: str = "receipt.json") -> Result:
    return run("verify", files / receipt, "--network", files / "network.json", *options)


def _is_there(entry: Entry) -> bool:
    return find_spec(entry.target.partition(":")[0]) is not None


def leaves(name: str) -> list[tuple[str, ...]]:
    """The command, or the commands of its group."""
    command = cli.get_command(click.Context(cli), name)
    return [(name, inner) for inner in command.commands] if isinstance(command, click.Group) else [(name,)]


class TestGroup:
    def test_help_lists_every_command_without_importing_one(self) -> None:
        code = "import sys\nfrom transire.cli import main\ntry:\n main(['-h'])\nfinally:\n print(sorted(sys.modules))"
        shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        for name, entry in COMMANDS.items():
            assert name in shown
            assert entry.summary[:40] in shown
            assert f"'{entry.target.partition(':')[0]}'" not in shown

    @pytest.mark.parametrize("name", [name for name, entry in COMMANDS.items() if _is_there(entry)])
    def test_every_command_has_an_example(self, name: str) -> None:
        for path in leaves(name):
            shown = run(*path, "--help").output
            assert "Example" in shown, path
            assert f"transire {' '.join(path)}" in shown

    def test_an_unknown_command_is_called_wrongly(self) -> None:
        found = run("verfy")
        assert found.exit_code == 2
        assert "No such command 'verfy'" in found.output

    def test_a_refusal_is_a_sentence_and_the_fix(
        self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        @click.command()
        def refuse() -> None:
            raise TooOld(got="a proof of last year", expected="one of today")

        monkeypatch.setattr(cli, "get_command", lambda context, name: refuse)
        with pytest.raises(SystemExit) as left:
            main(["refuse"])
        assert left.value.code == 1
        assert (
            capsys.readouterr().err
            == f"{TooOld(got='a proof of last year', expected='one of today')}\n({TooOld.code})\n"
        )

    def test_main_leaves_with_the_command_s_code(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        with pytest.raises(SystemExit) as left:
            main(["verify", str(tmp_path / "none.json"), "--network", str(tmp_path / "none.json")])
        assert left.value.code == 2
        assert "none.json" in capsys.readouterr().err


class TestVerify:
    def test_all_checks_hold(self, files: Path) -> None:
        found = verify(files)
        assert found.exit_code == 0
        assert found.output.endswith("All checks hold; not shown: operators, witnesses.\n")
        assert f"Receipt of the statement document.issued/1 by {PRODUCER}" in found.output
        assert "  not shown  operators   " in found.output
        assert "alone; proves nothing against it" in found.output

    def test_a_failed_check_says_expected_found_and_what_to_do(self, files: Path, story: Story) -> None:
        (files / "network.json").write_bytes(tell((CHAMBER,)).chain.trust_root)
        found = verify(files)
        assert found.exit_code == 1
        assert f"  FAILS      network     of the network that you trust: {story.chain.genesis.network}" in found.output
        assert "expected: transire-test-" in found.output
        assert "(ledger.receipt-of-another-network)" in found.output
        assert "Next: Choose the network file of the receipt's own network" in found.output

    def test_json(self, files: Path, story: Story) -> None:
        found = verify(files, "--json")
        assert found.exit_code == 0
        value = json.loads(found.output)
        assert (value["holds"], value["network"]) == (True, story.chain.genesis.network)
        assert {check["name"]: check["outcome"] for check in value["checks"]}["witnesses"] == "not shown"

    def test_require_and_max_age(self, files: Path) -> None:
        assert verify(files, "--require", "status").exit_code == 0
        lacking = verify(files, "--require", "witnesses", "--require", "status")
        assert lacking.exit_code == 1
        assert "1 of 18 checks fail: witnesses." in lacking.output
        assert "Next: Ask the node for a receipt that includes it." in lacking.output
        assert verify(files, "--max-age", "9000d").exit_code == 0
        assert "age" in verify(files, "--max-age", "1s").output

    def test_a_named_witness_that_did_not_sign_is_not_shown(self, files: Path) -> None:
        witness = NoteVerifier("witness.example", COSIGNATURE, signing_key("witness").public)
        found = verify(files, "--witness", witness.text)
        assert found.exit_code == 0
        assert "countersigned by outside witnesses: none" in found.output

    @pytest.mark.parametrize(
        "options",
        [
            *(["--require", "everything"], ["--max-age", "soon"], ["--max-age", "1"], ["--witness", "somebody"]),
            ["--witness", NoteVerifier("log.example", ED25519, bytes(32)).text],  # a log is no witness of itself
        ],
    )
    def test_wrong_options_are_called_wrongly(self, files: Path, options: Sequence[str]) -> None:
        assert verify(files, *options).exit_code == 2

    @pytest.mark.parametrize("options", [[], ["--json"]])
    def test_another_file_is_not_a_receipt(self, files: Path, options: list[str]) -> None:
        (files / "other.json").write_text('{"kind":"letter"}')
        found = verify(files, *options, receipt="other.json")
        assert found.exit_code == 2
        assert "This file is not a receipt." in found.output
        assert "ledger.not-a-receipt" in found.output
        if options:
            assert json.loads(found.output)["holds"] is False

    @pytest.mark.parametrize("name", ["receipt.json", "network.json"])
    def test_a_file_cut_short_is_said_with_one_fix_and_that_of_the_file(self, files: Path, name: str) -> None:
        (files / name).write_bytes((files / name).read_bytes()[:200])
        found = verify(files)
        assert found.exit_code == 2
        assert "Expected JSON" in found.output
        assert "Write decimals" not in found.output

    def test_a_file_without_end_is_not_read_to_its_end(self) -> None:
        found = run("verify", "/dev/zero", "--network", "/dev/zero")
        assert found.exit_code == 2

    def test_a_network_file_that_is_none(self, files: Path) -> None:
        (files / "network.json").write_text("{}")
        found = verify(files)
        assert found.exit_code == 2
        assert "Get network.json from a member of the network" in found.output

    def test_a_receipt_with_a_field_missing_fails(self, files: Path) -> None:
        receipt = json.loads((files / "receipt.json").read_bytes())
        del receipt["log"]
        (files / "receipt.json").write_text(json.dumps(receipt))
        found = verify(files)
        assert found.exit_code == 1
        assert "Object missing required field `log`" in found.output

    def test_no_colour_and_no_control_characters_away_from_a_terminal(self, files: Path) -> None:
        receipt = json.loads((files / "receipt.json").read_bytes())
        receipt["network"] = "transire\x1b[2J\u202e"
        (files / "receipt.json").write_text(json.dumps(receipt))
        found = verify(files)
        assert "transire\ufffd[2J\ufffd" in found.output
        assert "\x1b" not in found.output

    def test_only_what_it_needs_is_imported(self, files: Path, story: Story) -> None:
        """The heavy rooms stay shut, and `credentials` too unless the receipt opens one (DESIGN.md 8)."""
        (files / "bare.json").write_bytes(story.receipt(documents=[]))
        heavy = ["sqlalchemy", "starlette", "structlog", "rich", "lmdb", "jsonschema_rs", "transire.engines"]
        assert set(loaded(files, "bare.json")).isdisjoint([*heavy, "transire.credentials", "transire.documents"])
        with_document = loaded(files, "receipt.json")
        assert set(with_document).isdisjoint(heavy)
        assert "transire.credentials" in with_document


def loaded(files: Path, receipt: str) -> list[str]:
    """The modules in memory after verifying a receipt."""
    code = (
        "import sys\nfrom transire.cli import main\n"
        "try:\n    main(sys.argv[1:])\nfinally:\n    print(' '.join(sys.modules), file=sys.stderr)"
    )
    arguments = ["verify", files / receipt, "--network", files / "network.json"]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return done.stderr.split()


class TestStatementShow:
    def test_a_receipt_in_words(self, files: Path) -> None:
        found = run("statement", "show", files / "receipt.json")
        assert found.exit_code == 0
        assert "kind   document.issued/1" in found.output
        assert "accepted   2026-02-02T10:00:01Z, in block 1" in found.output
        assert found.output.endswith("Nothing was verified. Next: transire verify FILE --network network.json\n")

    def test_a_statement_and_an_action(self, files: Path, story: Story) -> None:
        (files / "statement.json").write_bytes(story.statement.raw)
        (files / "action.json").write_bytes(story.action)
        assert f"by     {PRODUCER}" in run("statement", "show", files / "statement.json").output
        assert "action   witness/1" in run("statement", "show", files / "action.json").output

    def test_json(self, files: Path) -> None:
        value = json.loads(run("statement", "show", files / "receipt.json", "--json").output)
        assert value["statement"]["kind"] == "document.issued/1"
        assert value["pool"] == "statement 3 of 5"

    @pytest.mark.parametrize("content", ["", "{}", "[1]", '{"kind":1}', '{"action":{}}', '{"receipt":"x"}'])
    def test_something_else_is_refused(self, files: Path, content: str) -> None:
        (files / "other.json").write_text(content)
        found = run("statement", "show", files / "other.json")
        assert found.exit_code == 2
        assert "(ledger." in found.output or "(crypto." in found.output

    def test_control_characters_are_shown_as_such(self, files: Path, story: Story) -> None:
        value = json.loads(story.statement.raw)
        value["body"]["note"] = "\x1b[31mred" + "x" * 300
        (files / "statement.json").write_text(json.dumps(value))
        shown = run("statement", "show", files / "statement.json").output
        assert "\ufffd[31mred" in shown
        assert "... (308 characters)" in shown


def test_a_place_that_cannot_be_written_is_named_with_what_to_do(transire: Transire, tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "verify.html"
    done = transire("verify-page", nowhere)
    assert (done.code, str(nowhere) in done.err, "(cli.file-unusable)" in done.err) == (1, True, True)
