"""Following the log of a network at one or several of its nodes, and countersigning it (C2SP tlog-cosignature).

Each checkpoint that a node shows must be signed by that node and be one log with the newest that was seen: the same at
the same size, its continuation at a larger one, its beginning at a smaller one, each shown by a proof (RFC 9162). What
was seen is durable before it is signed. A log that fits neither way is kept beside the one it contradicts, and refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from transire.client.connection import Connection
from transire.client.errors import AnswerUnreadable, NodeRefused, NodeUnreachable
from transire.crypto.encoding import unb64url
from transire.crypto.errors import EncodingInvalid
from transire.errors import TransireError
from transire.ledger.checkpoint import Checkpoint, Note, NoteVerifier, cosign, read_note, verify_note
from transire.merkle.errors import ProofInvalid
from transire.merkle.tree import verify_consistency
from transire.witness.errors import LogKeyChanged, OriginDiffers, SplitView
from transire.witness.memory import Identity, Memory, Seen

NOTE: Final = "text/plain"
ANSWER_WITHIN_S: Final = 15.0

UNREACHABLE: Final = (NodeUnreachable, NodeRefused, AnswerUnreadable)

Say = Callable[[str], None]


class Follower:
    """Follows one network. `logs` names the keys of nodes by their address; others are believed at first sight."""

    def __init__(self, memory: Memory, urls: Sequence[str], *, logs: dict[str, str], say: Say) -> None:
        self._memory = memory
        self._identity: Identity = memory.identity
        self._nodes = [Connection(url, timeout=ANSWER_WITHIN_S) for url in urls]
        self._named = logs
        self._say = say

    def close(self) -> None:
        """Let go of the connections."""
        for node in self._nodes:
            node.close()

    def look(self) -> Seen | None:
        """One round over all nodes: look, check, countersign, hand the countersignature back.

        Raises what it refused, a split view before all else, after every node was looked at; or why it heard nobody.
        """
        refused: list[TransireError] = []
        silent: list[TransireError] = []
        for node in self._nodes:
            try:
                self._look_at(node)
            except UNREACHABLE as error:
                self._say(f"{node.url}: {error}")
                silent.append(error)
            except TransireError as refusal:
                self._say(f"{node.url}: {refusal}")
                refused.append(refusal)
        self._hand_back()
        if refused or len(silent) == len(self._nodes):
            raise next((each for each in refused if isinstance(each, SplitView)), [*refused, *silent][0])
        return self._memory.seen

    def _look_at(self, node: Connection) -> None:
        note = read_note(_text(node.call("GET", "/v1/checkpoint")))
        checkpoint = Checkpoint.parse(note.text)
        seen = self._memory.seen
        key = self._key_of(node, seen)
        if not verify_note(note, [NoteVerifier.parse(key)]):
            raise LogKeyChanged(expected=key, where=node.url)
        if seen is None:
            self._remember(checkpoint, note, {node.url: key})
            return
        logs = seen.logs | {node.url: key}
        if checkpoint.origin != seen.origin:
            raise OriginDiffers(got=checkpoint.origin, expected=seen.origin, where=node.url)
        self._compare(node, checkpoint, note, seen)
        if checkpoint.size > seen.size:
            self._remember(checkpoint, note, logs)
        elif logs != seen.logs:
            self._memory.remember(Seen.of(seen.checkpoint, seen.note, seen.signed_at, logs))

    def _compare(self, node: Connection, checkpoint: Checkpoint, note: Note, seen: Seen) -> None:
        """Raise unless both are one log."""
        known = seen.checkpoint
        old, new = sorted((known, checkpoint), key=lambda each: each.size)
        try:
            if old.size == new.size:
                if old.root != new.root:
                    raise ProofInvalid(got="another root", expected="one root at one size")
                return
            # The node that shows the larger log proves it; of one that lags, whichever node knows both.
            self._prove(old, new, [node, *self._nodes] if new is checkpoint else self._nodes)
        except ProofInvalid as error:
            kept = self._memory.keep_split(seen.note, note.whole, checkpoint.size)
            raise SplitView(
                got=f"size {checkpoint.size} at {node.url}", expected=f"one log with size {known.size}", where=str(kept)
            ) from error

    def _prove(self, old: Checkpoint, new: Checkpoint, nodes: Sequence[Connection]) -> None:
        """Raise unless one of these nodes proves that the larger log continues the smaller one.

        A proof that does not fit says something of the node that gave it, and nothing of the two logs as long as
        another node can prove them to be one.
        """
        failure: TransireError = NodeUnreachable(got="no node", where=new.origin)
        for node in nodes:
            try:
                path = _path(node.get("/v1/checkpoint/consistency", **{"from": old.size, "to": new.size}))
                verify_consistency(
                    old_size=old.size, old_root=old.root, new_size=new.size, new_root=new.root, path=path
                )
                return
            except (*UNREACHABLE, ProofInvalid) as error:
                failure = failure if isinstance(failure, ProofInvalid) else error
        raise failure

    def _remember(self, checkpoint: Checkpoint, note: Note, logs: dict[str, str]) -> None:
        """Remember, and only then sign: the note with this witness's line on it."""
        now = int(time.time())
        self._memory.remember(Seen.of(checkpoint, note.whole, now, logs))
        self._say(f"{checkpoint.origin}: size {checkpoint.size} seen and countersigned")

    def _hand_back(self) -> None:
        """Give the countersignature to every node whose log has that size and which does not show it yet."""
        seen = self._memory.seen
        if seen is None:
            return
        signed = self.countersigned(seen)
        for node in self._nodes:
            try:
                shown = read_note(_text(node.call("GET", "/v1/checkpoint")))
                if shown.text == signed.text and not verify_note(shown, [self._identity.verifier]):
                    node.call("PUT", "/v1/checkpoint/countersignatures", raw=signed.whole.encode(), media_type=NOTE)
            except NodeRefused as refusal:
                self._say(f"{node.url} does not take the countersignature: {refusal}")
            except TransireError as error:  # whatever one node says, the others get theirs
                self._say(f"{node.url}: {error}")

    def countersigned(self, seen: Seen) -> Note:
        """The newest log with this witness's line alone, at the time at which it was seen."""
        text = seen.checkpoint.text
        line = cosign(text, name=self._identity.name, key=self._identity.key, time=seen.signed_at)
        return Note(text, (line,))

    def _key_of(self, node: Connection, seen: Seen | None) -> str:
        """The key under which the node speaks: named, known from before, or what it says itself the first time."""
        known = self._named.get(node.url) or (seen.logs.get(node.url) if seen else None)
        if known is not None:
            return known
        told = str(_said(node.get("/v1/status"), "checkpoint_key"))
        self._say(f"{node.url} speaks under {told}; believed at first sight, since --log does not name it")
        return told


def _text(answer: object) -> str:
    if not isinstance(answer, bytes):
        raise AnswerUnreadable(got="JSON", expected="a note")
    try:
        return answer.decode()
    except UnicodeDecodeError as error:
        raise AnswerUnreadable(got="no UTF-8") from error


def _said(answer: Any, name: str) -> Any:
    """A member of a node's answer; what leaves it out is no node."""
    if not isinstance(answer, dict) or name not in answer:
        raise AnswerUnreadable(got=str(answer)[:120], expected=name)
    return answer[name]


def _path(answer: Any) -> list[bytes]:
    """The proof in a node's answer."""
    try:
        return [unb64url(each, length=32) for each in _said(answer, "path")]
    except (EncodingInvalid, TypeError) as error:
        raise AnswerUnreadable(got=str(error)[:200], expected="a path of digests") from error
