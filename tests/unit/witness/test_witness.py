"""A witness follows real nodes over HTTP: it countersigns one log, and names two."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from msgspec.structs import replace

from command_world import runner
from node_world import make_node
from transire.client import connection
from transire.client.connection import Connection
from transire.client.errors import NodeRefused
from transire.crypto.encoding import b64url
from transire.crypto.keys import SigningKey
from transire.errors import TransireError
from transire.ledger.checkpoint import COSIGNATURE, NoteVerifier, cosign, read_note, verify_cosignature
from transire.ledger.verify import verify_receipt
from transire.node.node import Node
from transire.node.receipts import statement_receipt
from transire.node.settings import read_settings, write_settings
from transire.witness.errors import LogKeyChanged, OriginDiffers, SplitView, WitnessExists
from transire.witness.following import NOTE, Follower
from transire.witness.memory import Memory
from two_nodes import Served, free_port, serve

SOMETHING = "A" * 43


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("template")
    make_node(made).close()
    return made


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    found = Memory(tmp_path / "witness")
    found.begin("witness.example/w1")
    return found


Open = Callable[[str], Served]


@pytest.fixture
def running(template: Path, tmp_path: Path, memory: Memory) -> Iterator[Open]:
    """Opens copies of one network, each at its own port: what one validator could show to different people."""
    served: list[Served] = []

    def opened(name: str) -> Served:
        folder = tmp_path / name
        shutil.copytree(template, folder)
        settings = read_settings(folder / "node")
        ledger = replace(settings.ledger, witnesses=(memory.identity.verifier.text,))
        write_settings(
            folder / "node",
            replace(settings, port=free_port(), secret_file=str(folder / "secret"), ledger=ledger),
        )
        served.append(serve(Node.open(folder / "node").start()))
        return served[-1]

    yield opened
    for one in served:
        one.stop_serving()
        one.node.close()


@contextmanager
def follower(memory: Memory, *nodes: Served, logs: dict[str, str] | None = None) -> Iterator[Follower]:
    made = Follower(memory, [one.node.settings.origin for one in nodes], logs=logs or {}, say=lambda fact: None)
    try:
        yield made
    finally:
        made.close()


def say(served: Served, by: str = "producer") -> str:
    tenant = served.node.tenant(by)
    body = {"statement": SOMETHING, "recipient": tenant.did, "envelope": SOMETHING}
    with tenant.transaction() as tx:
        statement = tenant.state(tx, None, "document.held/1", body, about=[SOMETHING])
    served.node.settle()
    return statement


def checkpoint_of(served: Served) -> str:
    with Connection(served.node.settings.origin) as node:
        found = node.call("GET", "/v1/checkpoint")
    assert isinstance(found, bytes)
    return found.decode()


def test_a_receipt_carries_the_countersignature_of_what_the_witness_saw(memory: Memory, running: Open) -> None:
    node = running("one")
    statement = say(node)
    with follower(memory, node) as following:
        seen = following.look()
    assert seen is not None
    assert (seen.origin, seen.size > 0) == (node.node.engine.network, True)
    verifier = memory.identity.verifier
    assert verify_cosignature(read_note(checkpoint_of(node)), verifier) == seen.signed_at
    receipt = statement_receipt(node.node.tenant("producer"), statement)
    checks = verify_receipt(
        receipt, node.node.home.network.read_bytes(), require=["witnesses"], witnesses=[verifier]
    ).checks
    [found] = [check for check in checks if check.name == "witnesses"]
    assert found.outcome == "holds"
    assert "witness.example/w1" in found.found


def test_the_countersignature_outlives_a_few_blocks_and_a_restart_of_the_node(memory: Memory, running: Open) -> None:
    node = running("one")
    statement = say(node)
    with follower(memory, node) as following:
        following.look()
    say(node)  # the log grows: what was countersigned is some blocks ago now
    again = Node.open(node.node.home.path) if _closed(node) else None
    assert again is not None
    try:
        receipt = statement_receipt(again.tenant("producer"), statement)
        assert verify_receipt(
            receipt, again.home.network.read_bytes(), require=["witnesses"], witnesses=[memory.identity.verifier]
        ).holds
    finally:
        again.close()


def _closed(node: Served) -> bool:
    node.node.close()
    return True


def test_a_log_that_grows_is_one_log_and_what_was_seen_is_durable(memory: Memory, running: Open) -> None:
    node = running("one")
    sizes = []
    for _ in range(3):
        say(node)
        with follower(Memory(memory.home), node) as following:  # as after a restart of the witness
            seen = following.look()
        assert seen is not None
        sizes.append(seen.size)
    assert sizes == sorted(set(sizes))


def test_two_pasts_of_one_network_are_named_kept_and_never_countersigned(memory: Memory, running: Open) -> None:
    one, other = running("one"), running("other")
    assert one.node.engine.network == other.node.engine.network
    say(one)
    say(other, by="importer")
    with follower(memory, one) as following:
        following.look()
    with follower(memory, one, other) as following, pytest.raises(SplitView) as split:
        following.look()
    kept = Path(str(split.value.where))
    assert kept.read_text().count(one.node.engine.network) == 2
    assert verify_cosignature(read_note(checkpoint_of(other)), memory.identity.verifier) is None
    say(other, by="importer")  # now it is the longer one, and no continuation either
    with follower(memory, other) as following, pytest.raises(SplitView):
        following.look()
    assert memory.seen is not None
    assert memory.seen.root == _root(one)


def _root(served: Served) -> str:
    from transire.ledger.checkpoint import Checkpoint

    return b64url(Checkpoint.parse(read_note(checkpoint_of(served)).text).root)


def test_a_node_that_lags_is_no_second_past(memory: Memory, running: Open, tmp_path: Path) -> None:
    late, node = running("late"), running("one")
    say(node)
    with follower(memory, node, late) as following:
        following.look()
        seen = following.look()
    assert seen is not None
    assert seen.root == _root(node)
    assert not list(memory.home.glob("split-*"))


@contextmanager
def standing_between(node: Served, answers: dict[str, bytes]) -> Iterator[str]:
    """A server that answers as that node does, but for what begins with one of these paths."""

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = [body for path, body in answers.items() if self.path.startswith(path)]
            with Connection(node.node.settings.origin) as genuine:
                body = found[0] if found else genuine.send("GET", self.path)[2]
            self.send_response(200)
            self.send_header("content-type", "application/json" if body[:1] == b"{" else "text/plain")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def test_a_false_proof_of_one_node_makes_no_second_past_of_the_others(memory: Memory, running: Open) -> None:
    late, node = running("late"), running("one")
    say(node)
    digest = b64url(bytes(32)).encode()
    with standing_between(node, {"/v1/checkpoint/consistency": b'{"path":["%b","%b"]}' % (digest, digest)}) as liar:
        urls = [liar, late.node.settings.origin, node.node.settings.origin]
        following = Follower(memory, urls, logs={}, say=lambda fact: None)
        seen = following.look()
        following.close()
    assert seen is not None
    assert seen.root == _root(node)
    assert not list(memory.home.glob("split-*"))


@pytest.mark.parametrize(
    "answers",
    [
        {"/v1/checkpoint": b"<html>Sign in</html>"},
        {"/v1/checkpoint": b'{"no":"note"}'},
        {"/v1/status": b'{"no":"key"}'},
        {"/v1/checkpoint/consistency": b'{"no":"path"}'},
        {"/v1/checkpoint/consistency": b'{"path":[1]}'},
        {"/v1/checkpoint/consistency": b'{"path":7}'},
        {"/v1/checkpoint": b"x" * (1 << 16)},
    ],
    ids=["a page", "JSON", "no key", "no path", "no digests", "no list", "too much"],
)
def test_whatever_one_node_answers_the_others_are_countersigned(
    memory: Memory, running: Open, answers: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "LARGEST_ANSWER", 1 << 15)
    late, node = running("late"), running("one")
    say(node)
    with follower(memory, node) as following:
        following.look()
    say(node)
    with standing_between(late, answers) as odd:
        following = Follower(memory, [odd, node.node.settings.origin], logs={}, say=lambda fact: None)
        with suppress(TransireError):
            following.look()
        following.close()
    assert verify_cosignature(read_note(checkpoint_of(node)), memory.identity.verifier) is not None


def test_a_round_in_which_nobody_answered_is_none(memory: Memory, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    looked = runner(capsys)("witness", "follow", url, "--home", memory.home, "--once")
    assert (looked.code, "The node does not answer" in looked.out) == (1, True)


def test_a_node_that_speaks_under_another_key_is_not_believed(memory: Memory, running: Open) -> None:
    node = running("one")
    stranger = NoteVerifier(node.node.speaker.did, 1, SigningKey.generate().public).text
    with follower(memory, node, logs={node.node.settings.origin: stranger}) as following, pytest.raises(LogKeyChanged):
        following.look()
    assert memory.seen is None


def test_another_network_is_not_followed_in_the_same_folder(memory: Memory, running: Open, tmp_path: Path) -> None:
    node = running("one")
    with follower(memory, node) as following:
        following.look()
    stranger = make_node(tmp_path / "stranger")
    stranger.settings = replace(stranger.settings, port=free_port())
    served = serve(stranger)
    try:
        with follower(memory, served) as following, pytest.raises(OriginDiffers):
            following.look()
    finally:
        served.stop_serving()
        stranger.close()


def test_a_node_keeps_what_its_own_witnesses_signed_of_its_own_log_and_nothing_else(
    memory: Memory, running: Open
) -> None:
    node = running("one")
    say(node)
    text = read_note(checkpoint_of(node)).text
    stranger = cosign(text, name="stranger.example", key=SigningKey.generate(), time=1)
    forged = cosign(text.replace("test-", "best-"), name=memory.identity.name, key=memory.identity.key, time=1)
    with Connection(node.node.settings.origin) as connection:
        for note, code in (
            (f"{text}\n{_line(stranger)}", "node.witness-unknown"),
            (f"{text}\n{_line(forged)}", "ledger.note-signature-invalid"),
            (f"{text.replace('test-', 'best-')}\n{_line(forged)}", "node.checkpoint-unknown"),
            ("no note", "ledger.note-malformed"),
        ):
            with pytest.raises(NodeRefused) as refusal:
                connection.call("PUT", "/v1/checkpoint/countersignatures", raw=note.encode(), media_type=NOTE)
            assert refusal.value.refusal == code
    assert [line.name for line in read_note(checkpoint_of(node)).signatures] == [node.node.speaker.did]


def _line(signature: object) -> str:
    from transire.ledger.checkpoint import Note

    return Note("", (signature,)).whole.lstrip("\n")  # type: ignore[arg-type]


def test_a_witness_is_never_made_over_another(memory: Memory) -> None:
    with pytest.raises(WitnessExists):
        memory.begin("witness.example/w2")
    assert memory.identity.verifier.kind == COSIGNATURE


def test_the_key_of_a_node_is_named_for_the_address_that_is_followed(
    memory: Memory, running: Open, capsys: pytest.CaptureFixture[str]
) -> None:
    """However the address is written; what names no node, or is no key, is not passed over."""
    transire, node = runner(capsys), running("one")
    url, key = node.node.settings.origin, NoteVerifier(node.node.speaker.did, 1, node.node.speaker.key.public).text
    follow = ("witness", "follow", url, "--home", memory.home, "--once", "--log")
    named = transire(*follow, f"{url}/={key}")
    assert (named.code, "believed at first sight" in named.out) == (0, False)
    elsewhere = transire(*follow, f"http://127.0.0.1:1={key}")
    assert (elsewhere.code, "names none of the nodes" in elsewhere.err) == (2, True)
    no_key = transire(*follow, f"{url}={key[:-4]}")
    assert (no_key.code, "ledger.note-malformed" in no_key.err) == (1, True)
