"""Signed notes, checkpoints and countersignatures, against what the format's reference implementation tests."""

from __future__ import annotations

from base64 import b64decode, b64encode
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger_world import signing_key
from receipt_world import Story, tell
from transire.crypto.keys import SigningKey
from transire.ledger.checkpoint import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    Note,
    NoteSignature,
    NoteVerifier,
    cosign,
    read_note,
    sign_note,
    verify_cosignature,
    verify_note,
)
from transire.ledger.proof.errors import NoteMalformed, NoteSignatureInvalid
from transire.ledger.verify import Check, verify_receipt

# From golang.org/x/mod/sumdb/note, note_test.go: the key, the text, and the signature over it.
VKEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SEED = b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")[1:]
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
LINE = (
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# From C2SP tlog-cosignature, the example at its beginning (its keys are not published).
COSIGNED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "\u2014 example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo"
    "+zyWE+xeMcTOAYQ8=\n"
    "\u2014 witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo"
    "0xUe+mbIUBkBIfZ+qnA==\n"
)
WITNESS = signing_key("witness")
AS_WITNESS = NoteVerifier("witness.example/w1", COSIGNATURE, WITNESS.public)


class TestNotes:
    def test_the_reference_note_verifies(self) -> None:
        note = read_note(f"{TEXT}\n{LINE}")
        assert note.text == TEXT
        assert verify_note(note, [NoteVerifier.parse(VKEY)]) == ("PeterNeumann",)
        assert note.whole == f"{TEXT}\n{LINE}"

    def test_signing_gives_the_reference_bytes(self) -> None:
        signature = sign_note(TEXT, name="PeterNeumann", key=SigningKey.from_seed(SEED))
        assert Note(TEXT, (signature,)).whole == f"{TEXT}\n{LINE}"

    def test_the_published_cosigned_checkpoint_is_read(self) -> None:
        note = read_note(COSIGNED)
        checkpoint = Checkpoint.parse(note.text)
        assert (checkpoint.origin, checkpoint.size) == ("example.com/behind-the-sofa", 20852163)
        assert [line.name for line in note.signatures] == ["example.com/behind-the-sofa", "witness.example.com/w1"]
        assert int.from_bytes(note.signatures[1].signature[:8], "big") == 1679315147
        assert note.whole == COSIGNED

    def test_unknown_signatures_are_ignored(self) -> None:
        """Grease: a line of a type that nobody knows, by a name that nobody knows, and one of the same name."""
        strange = NoteSignature("future.example", b"\x01\x02\x03\x04", b"\x09" * 2420)
        namesake = NoteSignature("PeterNeumann", b"\x01\x02\x03\x04", bytes(64))
        note = read_note(f"{TEXT}\n{LINE}")
        greased = Note(TEXT, (strange, *note.signatures, namesake))
        assert verify_note(read_note(greased.whole), [NoteVerifier.parse(VKEY)]) == ("PeterNeumann",)

    def test_a_changed_text_is_refused(self) -> None:
        note = read_note(f"{TEXT}\n{LINE}".replace("cryptography", "cryptographY"))
        with pytest.raises(NoteSignatureInvalid, match="PeterNeumann"):
            verify_note(note, [NoteVerifier.parse(VKEY)])

    def test_a_second_line_of_a_known_key_must_verify_as_well(self) -> None:
        note = read_note(f"{TEXT}\n{LINE}")
        wrong = NoteSignature("PeterNeumann", note.signatures[0].key_id, bytes(64))
        with pytest.raises(NoteSignatureInvalid):
            verify_note(Note(TEXT, (*note.signatures, wrong)), [NoteVerifier.parse(VKEY)])

    def test_a_signature_of_another_length_is_refused(self) -> None:
        note = read_note(f"{TEXT}\n{LINE}")
        short = NoteSignature("PeterNeumann", note.signatures[0].key_id, bytes(63))
        with pytest.raises(NoteSignatureInvalid, match="63 bytes"):
            verify_note(Note(TEXT, (short,)), [NoteVerifier.parse(VKEY)])

    @pytest.mark.parametrize(
        "whole",
        [
            "",
            TEXT,
            f"{TEXT}\n",
            f"{TEXT}\n{LINE[:-1]}",
            f"{TEXT}{LINE}",
            f"{TEXT}\n{LINE}x",
            f"{TEXT}\n{LINE.replace('Neumann ', 'Neumann  ')}",
            f"{TEXT}\n{LINE.replace(' PeterNeumann', '')}",
            f"{TEXT}\n{LINE.replace('PeterNeumann', 'Peter+Neumann')}",
            f"{TEXT}\n{LINE.replace('AM=', 'AN=')}",
            f"{TEXT}\n{LINE.replace(LINE[15:-1], 'x08gow==')}",
            f"a\tb\n\n{LINE}",
            f"{TEXT}\n{LINE * 65}",
            f"{'x' * 20_000}\n\n{LINE}",
        ],
    )
    def test_malformed_notes_are_refused(self, whole: str) -> None:
        with pytest.raises(NoteMalformed):
            read_note(whole)

    @given(st.text(max_size=300))
    def test_any_text_is_read_or_refused(self, whole: str) -> None:
        with suppress(NoteMalformed):
            assert read_note(whole).whole == whole


class TestVerifierKeys:
    def test_the_reference_key(self) -> None:
        verifier = NoteVerifier.parse(VKEY)
        assert (verifier.name, verifier.kind, verifier.key_id.hex()) == ("PeterNeumann", ED25519, "c74f20a3")
        assert verifier.text == VKEY

    def test_every_changed_character_is_refused(self) -> None:
        for place in range(len(VKEY)):
            with pytest.raises(NoteMalformed):
                NoteVerifier.parse(VKEY[:place] + chr(ord(VKEY[place]) + 1) + VKEY[place + 1 :])

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "PeterNeumann",
            # From the reference tests: a key of a wrong length and an unknown algorithm, each with a fitting id.
            "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==",
            "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        ],
    )
    def test_malformed_keys_are_refused(self, text: str) -> None:
        with pytest.raises(NoteMalformed):
            NoteVerifier.parse(text)


class TestCheckpoints:
    def test_the_text_is_read_back(self) -> None:
        for checkpoint in (Checkpoint("a", 0, bytes(32)), Checkpoint("a", 2**53 - 1, b"\xff" * 32, ("extension",))):
            assert Checkpoint.parse(checkpoint.text) == checkpoint

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "a\n1\n",
            "a\n01\n" + b64encode(bytes(32)).decode() + "\n",
            "a\n-1\n" + b64encode(bytes(32)).decode() + "\n",
            "a\n\u0661\n" + b64encode(bytes(32)).decode() + "\n",
            "a\n9007199254740992\n" + b64encode(bytes(32)).decode() + "\n",
            "\n1\n" + b64encode(bytes(32)).decode() + "\n",
            "a\n1\n" + b64encode(bytes(31)).decode() + "\n",
            "a\n1\n" + b64encode(bytes(32)).decode(),
            "a\n1\n" + b64encode(bytes(32)).decode() + "\n\n",
        ],
    )
    def test_other_spellings_are_refused(self, text: str) -> None:
        with pytest.raises(NoteMalformed):
            Checkpoint.parse(text)

    def test_a_cosignature_bears_its_time(self) -> None:
        text = Checkpoint("transire-test", 3, bytes(32)).text
        note = Note(text, (cosign(text, name=AS_WITNESS.name, key=WITNESS, time=1_770_000_000),))
        assert verify_cosignature(note, AS_WITNESS) == 1_770_000_000
        assert verify_cosignature(Note(text, ()), AS_WITNESS) is None

    def test_a_time_beyond_the_calendar_is_refused(self) -> None:
        text = Checkpoint("transire-test", 3, bytes(32)).text
        note = Note(text, (cosign(text, name=AS_WITNESS.name, key=WITNESS, time=2**64 - 1),))
        with pytest.raises(NoteSignatureInvalid, match="time 18446744073709551615"):
            verify_cosignature(note, AS_WITNESS)

    def test_another_time_is_refused(self) -> None:
        text = Checkpoint("transire-test", 3, bytes(32)).text
        line = cosign(text, name=AS_WITNESS.name, key=WITNESS, time=1_770_000_000)
        moved = NoteSignature(line.name, line.key_id, (1_770_000_001).to_bytes(8, "big") + line.signature[8:])
        with pytest.raises(NoteSignatureInvalid):
            verify_cosignature(Note(text, (moved,)), AS_WITNESS)


class TestReceipts:
    """The outside witnesses of a receipt: those whose keys the verifier names, and no others."""

    def checkpoint_of(self, story: Story, **changes: Any) -> str:
        roots = story.chain.evidence(story.action).roots
        options = {"origin": story.chain.genesis.network, "size": roots.log_size, "root": roots.log_root, **changes}
        text = Checkpoint(**options).text
        return Note(text, (cosign(text, name=AS_WITNESS.name, key=WITNESS, time=1_770_026_500),)).whole

    def check(self, story: Story, checkpoint: str, *witnesses: NoteVerifier) -> Check:
        raw = story.receipt(checkpoint=checkpoint)
        now = datetime(2026, 2, 2, 11, 0, tzinfo=UTC)
        return verify_receipt(raw, story.chain.trust_root, witnesses=witnesses, now=now).check("witnesses")

    def test_a_witness_that_was_named_is_found(self) -> None:
        story = tell()
        found = self.check(story, self.checkpoint_of(story), AS_WITNESS)
        assert (found.outcome, found.found) == ("holds", "witness.example/w1 at 2026-02-02T10:01:40Z")

    def test_one_that_was_not_named_is_not_believed(self) -> None:
        story = tell()
        found = self.check(story, self.checkpoint_of(story))
        assert (found.outcome, found.found) == ("not shown", "none that you named")
        assert "witness.example/w1" in found.detail

    def test_no_checkpoint_is_no_witness(self) -> None:
        assert self.check(tell(), "", AS_WITNESS).found == "none"

    @pytest.mark.parametrize("changes", [{"origin": "other"}, {"size": 7}, {"root": bytes(32)}, {"extensions": ("x",)}])
    def test_a_checkpoint_of_another_log_is_refused(self, changes: dict[str, Any]) -> None:
        story = tell()
        found = self.check(story, self.checkpoint_of(story, **changes), AS_WITNESS)
        assert (found.outcome, found.code) == ("fails", "ledger.witness-disagrees")

    def test_a_wrong_countersignature_is_refused(self) -> None:
        story = tell()
        note = read_note(self.checkpoint_of(story))
        line = note.signatures[0]
        wrong = NoteSignature(line.name, line.key_id, line.signature[:-1] + b"\0")
        found = self.check(story, Note(note.text, (wrong,)).whole, AS_WITNESS)
        assert (found.outcome, found.found) == ("fails", "a wrong signature")

    def test_something_else_is_refused(self) -> None:
        assert self.check(tell(), "x", AS_WITNESS).outcome == "fails"
