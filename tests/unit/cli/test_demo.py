"""`transire demo` without a terminal: what it leaves, and what others can do with that."""

from __future__ import annotations

import socket
from pathlib import Path

import orjson
import pytest

from command_world import Transire
from transire.demo.run import emptied
from transire.engines.replica import LmdbStore
from transire.ledger.store import STATE, Writes

RECEIPTS = ("certification.receipt.json", "entry-summary.receipt.json", "not-withdrawn.receipt.json")
STEPS = (
    "Import once",
    "Sign once",
    "Draft, not key",
    "Errors before filing",
    "Customs sees",
    "Correct",
    "Prove",
)
MEMBERS = ("bajio", "customs", "gateway", "riogrande", "valle")


def test_it_tells_all_seven_steps(demo_out: Path) -> None:
    told = (demo_out.parent / "told.txt").read_text()
    places = [told.index(f"\n{number}. {step}") for number, step in enumerate(STEPS, 1)]
    assert places == sorted(places)
    assert "Traceback" not in told
    assert "http://" not in told  # no portal is opened and no sign-in link made where nobody could use it


def test_it_leaves_the_proofs_and_the_story(demo_out: Path) -> None:
    assert sorted(path.name for path in demo_out.glob("*")) == sorted(
        [*RECEIPTS, "network.json", "story.json", "world"]
    )
    story = orjson.loads((demo_out / "story.json").read_bytes())
    assert sorted(story["members"]) == list(MEMBERS)
    assert story["network"] == orjson.loads((demo_out / "network.json").read_bytes())["network"]
    assert story["height"] > 0


def test_it_removes_what_an_earlier_demo_left_and_nothing_else(tmp_path: Path) -> None:
    for name in (*RECEIPTS, "package.json", "world/secret"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    assert emptied(tmp_path) == tmp_path / "world"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["package.json", "world"]


def test_it_is_not_made_over_a_folder_that_no_demo_left(tmp_path: Path, transire: Transire) -> None:
    (tmp_path / "world").mkdir()
    (tmp_path / "world" / "map.txt").write_text("mine")
    done = transire("demo", "--out", tmp_path)
    assert (done.code, "(demo.folder-taken)" in done.err) == (1, True)
    assert (tmp_path / "world" / "map.txt").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_said_with_the_fix(tmp_path: Path, transire: Transire) -> None:
    (tmp_path / "file").write_text("")
    done = transire("demo", "--out", tmp_path / "file")
    assert (done.code, "(cli.file-unusable)" in done.err) == (1, True)
    assert str(tmp_path / "file") in done.err


def test_an_address_that_is_taken_is_said_before_the_work(
    tmp_path: Path, transire: Transire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = transire("demo", "--out", tmp_path, "--port", port)
    assert (done.code, "(node.address-unusable)" in done.err) == (1, True)
    assert f"127.0.0.1:{port}" in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", RECEIPTS)
def test_verify_accepts_what_it_left(demo_out: Path, transire: Transire, name: str) -> None:
    done = transire("verify", demo_out / name, "--network", demo_out / "network.json")
    assert (done.code, "All checks hold" in done.out) == (0, True)


def test_verify_tells_what_fails_from_what_is_no_receipt(demo_out: Path, transire: Transire, tmp_path: Path) -> None:
    network = demo_out / "network.json"
    receipt = orjson.loads((demo_out / RECEIPTS[0]).read_bytes())
    receipt["log"]["entry"] += 1
    (tmp_path / "altered.json").write_bytes(orjson.dumps(receipt, option=orjson.OPT_SORT_KEYS))
    assert transire("verify", tmp_path / "altered.json", "--network", network).code == 1
    assert transire("verify", demo_out / RECEIPTS[0], "--network", network, "--require", "status").code == 1
    assert transire("verify", demo_out / RECEIPTS[2], "--network", network, "--require", "status").code == 0
    assert transire("verify", demo_out / "story.json", "--network", network).code == 2
    assert transire("verify", demo_out / "none.json", "--network", network).code == 2


def test_its_node_is_healthy_and_its_records_rebuild_to_the_same(demo_node: Path, transire: Transire) -> None:
    deep = transire("doctor", "--home", demo_node, "--deep")
    assert deep.code == 0, deep.out
    rebuilt = transire("records", "rebuild", "--home", demo_node)
    assert rebuilt.code == 0
    verdicts = [line for line in rebuilt.out.splitlines() if "digest" in line]
    assert [line.split()[0] for line in sorted(verdicts)] == list(MEMBERS)
    assert all("same content" in line for line in verdicts), rebuilt.out


def test_one_member_s_records_are_rebuilt_by_its_slug(demo_node: Path, transire: Transire) -> None:
    done = transire("records", "rebuild", "--home", demo_node, "--member", "valle")
    assert [line.split()[0] for line in done.out.splitlines() if "digest" in line] == ["valle"]
    unknown = transire("records", "rebuild", "--home", demo_node, "--member", "nobody")
    assert (unknown.code, "(node.unknown-tenant)" in unknown.err) == (1, True)


def test_the_doctor_names_a_row_of_the_ledger_edited_by_hand(demo_node: Path, transire: Transire) -> None:
    store = LmdbStore(demo_node / "ledger" / "replica")
    key = next(key for key, _ in store.range(STATE, b"ended/", b"ended0"))
    writes = Writes()
    writes.delete(STATE, key)
    store.commit(writes)
    store.close()
    done = transire("doctor", "--home", demo_node, "--deep")
    assert done.code == 1
    assert "ILL   ledger, computed again" in done.out
    assert "state, key with SHA-256" in done.out
    assert "found nothing" in done.out


def test_the_doctor_names_a_flipped_byte_of_a_document_and_of_a_database(demo_node: Path, transire: Transire) -> None:
    blob = next(path for path in sorted((demo_node / "members" / "customs" / "blobs").glob("??/*")))
    flip(blob, blob.stat().st_size // 2)
    done = transire("doctor", "--home", demo_node, "--deep")
    assert done.code == 1
    assert "ILL   customs: documents" in done.out
    assert blob.parent.name + blob.name in done.out
    assert "ILL   valle" not in done.out
    flip(demo_node / "members" / "valle" / "member.db", 4096 * 5)
    done = transire("doctor", "--home", demo_node, "--deep")
    assert (done.code, "ILL   valle: database" in done.out) == (1, True)


def test_the_production_profile_starts_none_of_it(
    demo_node: Path, transire: Transire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRANSIRE_PROFILE", "production")
    for arguments in (["node", "run"], ["node", "members"], ["records", "rebuild"]):
        done = transire(*arguments, "--home", demo_node)
        assert (done.code, "(node.production-refused)" in done.err) == (1, True), arguments


def test_the_demo_itself_does_not_start_under_the_production_profile(
    tmp_path: Path, transire: Transire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRANSIRE_PROFILE", "production")
    done = transire("demo", "--out", tmp_path / "out")
    assert (done.code, "(node.production-refused)" in done.err) == (1, True)


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 0xFF
    path.write_bytes(content)
