"""Sealed things open for whom and for what they were sealed, and for nothing else."""

from __future__ import annotations

import pytest

from transire.crypto.errors import KeyInvalid, SealBroken
from transire.crypto.hybrid import HYBRID_SIZE, HybridKey
from transire.crypto.keys import AgreementKey
from transire.crypto.sealing import (
    HYBRID_WRAPPED_SIZE,
    WRAPPED_SIZE,
    key_id_of,
    open_content,
    seal_content,
    unwrap_key,
    wrap_key,
)


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


def test_a_key_wrapped_for_a_hybrid_key_opens_for_both_halves_together_only() -> None:
    agreement = AgreementKey.generate()
    recipient, same_agreement = HybridKey.beside(agreement), HybridKey.beside(agreement)
    same_lattice = HybridKey(recipient.private[:64] + AgreementKey.generate().private)
    wrapped = wrap_key(bytes(32), recipient_public=recipient.public, info=b"grant 1")
    assert len(wrapped) == HYBRID_WRAPPED_SIZE
    assert unwrap_key(wrapped, recipient=recipient, info=b"grant 1") == bytes(32)
    for other in (same_agreement, same_lattice, agreement):
        with pytest.raises(SealBroken):
            unwrap_key(wrapped, recipient=other, info=b"grant 1")
    with pytest.raises(SealBroken):
        unwrap_key(wrapped, recipient=recipient, info=b"grant 2")
    for position in (0, 500, 1087, 1088, 1119, 1120, HYBRID_WRAPPED_SIZE - 1):
        changed = bytearray(wrapped)
        changed[position] ^= 1
        with pytest.raises(SealBroken):
            unwrap_key(bytes(changed), recipient=recipient, info=b"grant 1")


def test_no_wrapping_is_taken_for_one_of_the_other_kind() -> None:
    agreement = AgreementKey.generate()
    hybrid = HybridKey.beside(agreement)
    plain = wrap_key(bytes(32), recipient_public=agreement.public, info=b"")
    joined = wrap_key(bytes(32), recipient_public=hybrid.public, info=b"")
    for wrapped in (plain, joined[1088:], joined[:WRAPPED_SIZE]):
        with pytest.raises(SealBroken):
            unwrap_key(wrapped, recipient=hybrid, info=b"")
    for wrapped in (joined, joined[1088:]):
        with pytest.raises(SealBroken):
            unwrap_key(wrapped, recipient=agreement, info=b"")


def test_hybrid_keys_that_are_none_are_refused() -> None:
    public = HybridKey.beside(AgreementKey.generate()).public
    for wrong in (b"\xff" * 1184 + public[1184:], public[:1184] + bytes(32), public[:-1], public + b"x"):
        with pytest.raises(KeyInvalid):
            wrap_key(bytes(32), recipient_public=wrong, info=b"")
    with pytest.raises(KeyInvalid, match="96 bytes of private key"):
        HybridKey(bytes(95))


def test_a_hybrid_key_is_named_by_its_digest_and_shows_nothing() -> None:
    key = HybridKey.beside(AgreementKey.from_private(b"\x01" * 32))
    assert len(key.public) == HYBRID_SIZE
    assert len(key_id_of(key.public)) == 43
    assert key_id_of(key.public) != key_id_of(HybridKey.beside(AgreementKey.from_private(b"\x01" * 32)).public)
    assert key.private.hex() not in repr(key)
