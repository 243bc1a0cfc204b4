"""Sealed things open for whom and for what they were sealed, and for nothing else."""

from __future__ import annotations

import pytest

from transire.crypto.errors import KeyInvalid, SealBroken
from transire.crypto.keys import AgreementKey
from transire.crypto.sealing import WRAPPED_SIZE, open_content, seal_content, unwrap_key, wrap_key


def test_any_changed_byte_of_a_ciphertext_is_refused() -> None:
    sealed = seal_content(b"cost 12.50", aad=b"document 7")
    for position in range(len(sealed.ciphertext)):
        changed = bytearray(sealed.ciphertext)
        changed[position] ^= 1
        with pytest.raises(SealBroken, match="ask the sender to deliver it again"):
            open_content(bytes(changed), sealed.key, aad=b"document 7")


def test_another_context_or_key_is_refused() -> None:
    sealed = seal_content(b"cost 12.50", aad=b"document 7")
    with pytest.raises(SealBroken):
        open_content(sealed.ciphertext, sealed.key, aad=b"document 8")
    with pytest.raises(SealBroken):
        open_content(sealed.ciphertext, bytes(32), aad=b"document 7")


def test_wrong_lengths_name_both_sides() -> None:
    with pytest.raises(SealBroken, match="Expected a key of 32 bytes, got 16 bytes"):
        open_content(bytes(40), bytes(16), aad=b"")
    with pytest.raises(SealBroken, match="Expected at least 28 bytes, got 27 bytes"):
        open_content(bytes(27), bytes(32), aad=b"")


def test_every_sealing_has_its_own_key_and_nonce_and_does_not_show_the_key() -> None:
    first, second = seal_content(b"x", aad=b""), seal_content(b"x", aad=b"")
    assert first.key != second.key
    assert first.ciphertext[:12] != second.ciphertext[:12]
    assert "key" not in repr(first)


def test_a_wrapped_key_opens_for_its_recipient_and_its_grant_only() -> None:
    recipient, other = AgreementKey.generate(), AgreementKey.generate()
    wrapped = wrap_key(bytes(32), recipient_public=recipient.public, info=b"grant 1")
    assert len(wrapped) == WRAPPED_SIZE
    assert unwrap_key(wrapped, recipient=recipient, info=b"grant 1") == bytes(32)
    with pytest.raises(SealBroken):
        unwrap_key(wrapped, recipient=other, info=b"grant 1")
    with pytest.raises(SealBroken):
        unwrap_key(wrapped, recipient=recipient, info=b"grant 2")
    for position in range(0, WRAPPED_SIZE, 5):
        changed = bytearray(wrapped)
        changed[position] ^= 1
        with pytest.raises(SealBroken):
            unwrap_key(bytes(changed), recipient=recipient, info=b"grant 1")


def test_an_encapsulation_of_small_order_is_refused() -> None:
    with pytest.raises(SealBroken):
        unwrap_key(bytes(WRAPPED_SIZE), recipient=AgreementKey.generate(), info=b"")


def test_what_cannot_be_wrapped_is_named() -> None:
    public = AgreementKey.generate().public
    with pytest.raises(KeyInvalid, match="Expected a content key of 32 bytes, got 16 bytes"):
        wrap_key(bytes(16), recipient_public=public, info=b"")
    with pytest.raises(KeyInvalid, match="Expected an X25519 key of 32 bytes, got 33 bytes"):
        wrap_key(bytes(32), recipient_public=public + b"x", info=b"")
    with pytest.raises(KeyInvalid, match="an X25519 key of large order"):
        wrap_key(bytes(32), recipient_public=bytes(32), info=b"")
    with pytest.raises(SealBroken, match="Expected a wrapped key of 80 bytes, got 79 bytes"):
        unwrap_key(bytes(79), recipient=AgreementKey.generate(), info=b"")
