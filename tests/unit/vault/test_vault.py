"""The vault over a real database and real files: what is kept, what can be read where, what a crash leaves."""

from __future__ import annotations

import json
import time
import weakref
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from transire.crypto.canonical import canonical_bytes
from transire.crypto.encoding import b64url, unb64url
from transire.crypto.errors import KeyUnknown, SealBroken
from transire.crypto.keys import AgreementKey
from transire.crypto.sealing import unwrap_key
from transire.documents.catalogue import MEDIA_TYPE
from transire.documents.commitment import verify_commitment
from transire.errors import TransireError
from transire.storage.blobs import BlobStore
from transire.storage.database import Database
from transire.storage.errors import BlobAltered, BlobMissing, BlobStoreUnreachable
from transire.storage.migrations import schema_differences, upgrade
from transire.vault.errors import DocumentErased, DocumentUnknown, PreviousUnknown, VersionContradicted
from transire.vault.sealing import unseal
from transire.vault.stored import OpenedDocument, OpenedLately, digest_of
from transire.vault.tables import BRANCH, documents
from transire.vault.vault import Vault, held_versions

from .conftest import NOW, Member

SECRET_WORDS = ("Compressor housing", "12.5000 USD", "Proveedor Confidencial")


@pytest.fixture
def producer(member: Callable[..., Member]) -> Member:
    return member("producer")


def put(owner: Member, content: bytes | dict[str, bytes] = b"{}", **rest: str) -> str:
    with owner.database.transaction() as tx:
        return owner.vault.put(tx, content, issuer=owner.did, schema_id="file/1", now=NOW, **rest).commitment


def test_migrations_give_the_tables(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/m.db")
    upgrade(database, [BRANCH])
    assert schema_differences(database, [BRANCH]) == []
    database.close()


def test_what_was_put_is_opened(producer: Member) -> None:
    credential = producer.credential()
    content = {MEDIA_TYPE: canonical_bytes(credential), "application/pdf": b"%PDF-1.7"}
    stored = producer.issue(content=content)
    with producer.database.reading() as view:
        assert producer.vault.has(view, stored.commitment)
        opened = producer.vault.open(view, stored.commitment)
        assert producer.vault.newest(view, stored.document_id) == stored.commitment
        assert producer.vault.all_stored(view) == [opened.stored]
    assert opened.representations == content
    assert opened.credential == credential
    assert opened.stored.media_types == ("application/pdf", MEDIA_TYPE)
    verify_commitment(unb64url(stored.commitment), content, opened.salt)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    content=st.dictionaries(
        st.sampled_from(["application/pdf", "text/plain", "text/csv"]), st.binary(max_size=9000), min_size=1
    )
)
def test_any_document_comes_back(producer: Member, content: dict[str, bytes]) -> None:
    commitment = put(producer, content)
    with producer.database.reading() as view:
        assert producer.vault.open(view, commitment).representations == content


def test_the_same_content_twice_is_two_documents(producer: Member) -> None:
    assert put(producer) != put(producer)


def test_the_body_that_states_a_document(producer: Member) -> None:
    first = producer.issue()
    assert first.issued_body() == {
        "ciphertext": first.ciphertext,
        "commitment": first.commitment,
        "id": first.commitment,
        "schema": "evidence/1",
        "version": 1,
    }
    second = producer.issue(previous=first.commitment)
    assert second.document_id == first.commitment
    assert second.issued_body()["previous"] == first.commitment
    assert second.issued_body()["version"] == 2
    with producer.database.reading() as view:
        assert producer.vault.newest(view, first.document_id) == second.commitment


def test_a_version_follows_one_that_is_there_and_only_once(producer: Member, member: Callable[..., Member]) -> None:
    first = put(producer)
    with pytest.raises(PreviousUnknown):
        put(producer, previous=b64url(bytes(32)))
    with pytest.raises(PreviousUnknown):
        put(member("exporter"), previous=first)
    put(producer, previous=first)
    with pytest.raises(VersionContradicted):
        put(producer, previous=first)


def test_a_rolled_back_put_leaves_only_a_blob_that_nobody_names(producer: Member) -> None:
    with suppress(KeyboardInterrupt), producer.database.transaction() as tx:
        stored = producer.vault.put(tx, b"{}", issuer=producer.did, schema_id="file/1", now=NOW)
        raise KeyboardInterrupt
    kept = put(producer)
    with producer.database.reading() as view:
        assert not producer.vault.has(view, stored.commitment)
        assert list(producer.vault.unnamed_blobs(view)) == [unb64url(stored.ciphertext)]
        assert producer.vault.has(view, kept)


def test_without_a_blob_there_is_no_row(producer: Member) -> None:
    (producer.folder / "blobs" / "incoming").rmdir()  # the disk went away
    with pytest.raises(BlobStoreUnreachable):
        put(producer)
    with producer.database.reading() as view:
        assert view.execute(sa.select(sa.func.count()).select_from(documents)).scalar_one() == 0


def test_the_plaintext_is_nowhere_on_disk(producer: Member, member: Callable[..., Member]) -> None:
    importer = member("importer")
    text = " / ".join(SECRET_WORDS)
    content = {MEDIA_TYPE: canonical_bytes(producer.credential(answer=text)), "text/plain": text.encode()}
    stored = producer.issue(importer, content=content)
    (raw,) = producer.envelopes(importer)
    importer.receive(raw)
    with importer.database.reading() as view:
        opened = importer.vault.open(view, stored.commitment)
    assert opened.representations["text/plain"] == text.encode()
    for owner in (producer, importer):
        owner.database.close()
    files = [path for owner in (producer, importer) for path in owner.folder.rglob("*") if path.is_file()]
    assert len(files) >= 8
    needles = [word.encode() for word in SECRET_WORDS] + [opened.salt, b64url(opened.salt).encode()]
    for haystack in [path.read_bytes() for path in files] + [raw]:
        assert not any(needle in haystack for needle in needles)


def test_the_content_key_is_nowhere_in_the_clear(producer: Member) -> None:
    put(producer)
    own = producer.keys.agreement_key("agree-1")
    with producer.database.reading() as view:
        row = view.execute(sa.select(documents)).one()
        stored = producer.vault.stored(view, row.commitment)
    key = unwrap_key(row.wrapped_key, recipient=own, info=stored.identity.grant_info(b64url(own.public), "own", None))
    producer.database.close()
    for path in producer.folder.rglob("*"):
        if path.is_file():
            assert key not in path.read_bytes(), path


def test_an_altered_or_lost_blob_is_named(producer: Member) -> None:
    commitment = put(producer)
    with producer.database.reading() as view:
        digest = unb64url(producer.vault.stored(view, commitment).ciphertext)
        path = producer.folder / "blobs" / digest.hex()[:2] / digest.hex()[2:]
        path.write_bytes(path.read_bytes()[:-1] + b"x")
        with pytest.raises(BlobAltered):
            producer.vault.open(view, commitment)
        path.unlink()
        with pytest.raises(BlobMissing):
            producer.vault.open(view, commitment)


@pytest.mark.parametrize("column", ["version", "schema_id", "document_id", "wrapped_key", "key_name", "ciphertext"])
def test_a_row_edited_by_hand_is_found(producer: Member, column: str) -> None:
    commitment, other = put(producer), put(producer, b"other")
    with producer.database.transaction() as tx:
        theirs = tx.execute(sa.select(documents).where(documents.c.commitment == other)).one()
        values = {"version": 2, "schema_id": "file/2", "key_name": "agree-9", "document_id": b64url(bytes(32))}
        value = values.get(column, getattr(theirs, column))
        tx.execute(documents.update().where(documents.c.commitment == commitment).values({column: value}))
    with producer.database.reading() as view, pytest.raises((SealBroken, KeyUnknown)):
        producer.vault.open(view, commitment)


def test_what_is_not_held_is_unknown(producer: Member) -> None:
    with producer.database.reading() as view:
        assert not producer.vault.has(view, "x" * 43)
        assert producer.vault.find(view, "x" * 43) is None
        assert producer.vault.newest(view, "x" * 43) is None
        with pytest.raises(DocumentUnknown):
            producer.vault.open(view, "x" * 43)


def test_sealed_for_a_recipient_it_opens_with_that_key_purpose_and_expiry_only(producer: Member) -> None:
    commitment = put(producer, {"text/plain": b"to customs"})
    recipient = AgreementKey.generate()
    with producer.database.reading() as view:
        sealed = producer.vault.seal_for(
            view, commitment, recipient_public=recipient.public, purpose="audit", expires="2027-01-01T00:00:00Z"
        )
    identity = sealed.stored.identity
    info = identity.grant_info(sealed.key_id, "audit", "2027-01-01T00:00:00Z")
    key = unwrap_key(sealed.wrapped, recipient=recipient, info=info)
    assert unseal(sealed.ciphertext, key, identity).representations == {"text/plain": b"to customs"}
    for wrong in (
        identity.grant_info(sealed.key_id, "filing", "2027-01-01T00:00:00Z"),
        identity.grant_info(sealed.key_id, "audit", None),
    ):
        with pytest.raises(SealBroken):
            unwrap_key(sealed.wrapped, recipient=recipient, info=wrong)
    with pytest.raises(SealBroken):
        unwrap_key(sealed.wrapped, recipient=AgreementKey.generate(), info=info)


def test_everybody_gets_the_same_ciphertext_and_a_key_of_its_own(producer: Member) -> None:
    commitment = put(producer)
    with producer.database.reading() as view:
        one, two = (
            producer.vault.seal_for(view, commitment, recipient_public=AgreementKey.generate().public, purpose="filing")
            for _ in range(2)
        )
    assert digest_of(one.ciphertext) == digest_of(two.ciphertext) == one.stored.ciphertext
    assert one.wrapped != two.wrapped


def test_after_a_rotation_old_documents_open_and_are_wrapped_anew(producer: Member) -> None:
    old = put(producer)
    producer.keys.new_agreement_key("agree-2")
    rotated = Vault(producer.blobs, producer.keys, lambda: ["agree-1", "agree-2"])
    assert [key.public for key in rotated.agreement_keys()] == [
        producer.keys.agreement_key(name).public for name in ("agree-2", "agree-1")
    ]
    with producer.database.transaction() as tx:
        assert rotated.open(tx, old).representations
        assert rotated.rewrap(tx) == 1
        assert rotated.rewrap(tx) == 0
        assert rotated.open(tx, old).representations
        assert set(tx.execute(sa.select(documents.c.key_name)).scalars()) == {"agree-2"}


def test_erasure_destroys_the_key_and_then_the_blob(producer: Member) -> None:
    commitment, kept = put(producer, b"gone"), put(producer, b"kept")
    for _ in range(2):
        with producer.database.transaction() as tx:
            producer.vault.erase(tx, commitment, issuer=producer.did, now=NOW)
    with producer.database.reading() as view:
        assert not producer.vault.has(view, commitment)
        assert producer.vault.find(view, commitment) is None
        with pytest.raises(DocumentErased):
            producer.vault.open(view, commitment)
        assert producer.vault.sweep(view) == 1
        assert producer.vault.sweep(view) == 0
        assert producer.vault.open(view, kept).representations
        assert held_versions(view, [commitment, kept]) == {kept}
        assert [stored.commitment for stored in producer.vault.all_stored(view)] == [kept]
    assert len(list(producer.blobs.digests())) == 1


def test_what_was_erased_does_not_come_back_by_a_second_delivery(
    producer: Member, member: Callable[..., Member]
) -> None:
    importer = member("importer")
    stored = producer.issue(importer)
    (raw,) = producer.envelopes(importer)
    importer.receive(raw)
    with importer.database.transaction() as tx:
        importer.vault.erase(tx, stored.commitment, issuer=producer.did, now=NOW)
    assert importer.receive(raw).documents == ()
    with importer.database.reading() as view:
        assert not importer.vault.has(view, stored.commitment)


def test_a_blob_that_two_rows_name_outlives_one_of_them(producer: Member) -> None:
    commitment = put(producer)
    with producer.database.transaction() as tx:
        row = tx.execute(sa.select(documents)).one()._asdict()
        later = {**row, "issuer": "did:web:other.example", "stored_at": NOW + timedelta(1)}
        tx.execute(documents.insert().values(**later))
        producer.vault.erase(tx, commitment, issuer=producer.did, now=NOW)
        assert producer.vault.sweep(tx) == 0
        assert producer.vault.open(tx, commitment).stored.issuer == "did:web:other.example"


def test_a_member_of_another_vault_cannot_open(producer: Member, member: Callable[..., Member]) -> None:
    """One blob store may serve several members of a node: without the key a blob is noise."""
    shared = BlobStore.open("memory://")
    one, two = member("importer", blobs=shared), member("broker", blobs=shared)
    commitment = put(one, b"one's own")
    with one.database.reading() as view:
        row = view.execute(sa.select(documents)).one()._asdict()
    with two.database.transaction() as tx:
        tx.execute(documents.insert().values(**row))
        with pytest.raises(TransireError):
            two.vault.open(tx, commitment)


def test_values_show_no_content(producer: Member) -> None:
    stored = producer.issue()
    with producer.database.reading() as view:
        opened = producer.vault.open(view, stored.commitment)
    assert "mill test" not in repr(opened)
    assert json.dumps(stored.issued_body()).count("mill") == 0


def find(owner: Member, commitment: str) -> OpenedDocument | None:
    with owner.database.reading() as view:
        return owner.vault.find(view, commitment)


def test_what_was_opened_a_moment_ago_is_not_decrypted_again_unless_it_was_erased(producer: Member) -> None:
    commitment = put(producer)
    first = find(producer, commitment)
    assert first is not None
    assert find(producer, commitment) is first
    with producer.database.transaction() as tx:
        producer.vault.mark_issued(tx, commitment, "S" * 43)
    second = find(producer, commitment)
    assert second is not None
    assert (first.stored.issued_by, second.stored.issued_by) == (None, "S" * 43)
    with producer.database.transaction() as tx:
        producer.vault.erase(tx, commitment, issuer=producer.did, now=NOW)
    assert find(producer, commitment) is None


def test_what_is_open_is_bounded_in_time_number_and_bytes(producer: Member) -> None:
    opened = [
        found for number in range(3) if (found := find(producer, put(producer, b"{}" + bytes(number)))) is not None
    ]
    moment = [0.0]
    lately = OpenedLately(clock=lambda: moment[0])
    for at, one in enumerate(opened):
        lately.keep((str(at),), one)
    assert lately.find(("0",)) is opened[0]
    moment[0] = OpenedLately.SECONDS
    assert lately.find(("0",)) is None
    for at in range(OpenedLately.MOST + 1):
        lately.keep((f"n{at}",), opened[0])
    assert (lately.find(("n0",)), lately.find(("n1",))) == (None, opened[0])
    half = find(producer, put(producer, bytes(OpenedLately.MOST_BYTES // 2)))
    assert half is not None
    for name in ("one", "two", "three"):
        lately.keep((name,), half)
    assert [lately.find((name,)) for name in ("n1", "one", "two", "three")] == [None, None, half, half]


def test_what_is_open_does_not_stay_until_something_else_is_opened(producer: Member) -> None:
    commitment = put(producer)
    with producer.database.reading() as view:
        opened = producer.vault.open(view, commitment)  # which keeps it as long as the transaction, and no longer
    lately = OpenedLately(seconds=0.05)
    lately.keep((commitment,), opened)
    gone = weakref.ref(opened)
    del opened, view
    for _ in range(500):
        if gone() is None:
            break
        time.sleep(0.02)
    assert gone() is None
