"""Blobs under their own digest, in a folder and in an object store."""

from __future__ import annotations

import errno
import hashlib
import os
import threading
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from obstore.exceptions import GenericError

from transire.storage.blobs import ABANDONED_AFTER_SECONDS, BlobStore, LocalBlobs, ObjectBlobs
from transire.storage.errors import (
    BlobAltered,
    BlobMissing,
    BlobStoreUnreachable,
    StorageFull,
    UrlUnsuitable,
)


@pytest.fixture(params=["file", "memory"])
def store(request, tmp_path) -> BlobStore:
    return BlobStore.open(f"file://{tmp_path}/blobs" if request.param == "file" else "memory://")


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "blobs"


def stored_file(folder: Path, digest: bytes) -> Path:
    return folder / digest.hex()[:2] / digest.hex()[2:]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.binary(max_size=5000))
def test_what_is_put_comes_back(store, data):
    digest = store.put(data)
    assert digest == hashlib.sha256(data).digest()
    assert store.get(digest) == data
    assert store.has(digest)


def test_putting_again_changes_nothing(store):
    assert store.put(b"sealed") == store.put(b"sealed")
    assert len(list(store.digests())) == 1


def test_the_digests_are_listed_in_order(store):
    digests = {store.put(bytes([number])) for number in range(50)}
    assert list(store.digests()) == sorted(digests)


def test_what_is_deleted_is_gone_and_deleting_again_is_no_error(store):
    digest, other = store.put(b"sealed"), store.put(b"other")
    store.delete(digest)
    store.delete(digest)
    assert not store.has(digest)
    assert list(store.digests()) == [other]
    with pytest.raises(BlobMissing) as refusal:
        store.get(digest)
    assert digest.hex() in str(refusal.value)


@pytest.mark.parametrize("digest", [b"", b"../../etc/passwd", bytes(31), bytes(33)])
def test_what_is_no_digest_names_no_blob(store, digest):
    with pytest.raises(BlobMissing):
        store.get(digest)


def test_writers_at_once(store):
    threads = [threading.Thread(target=store.put, args=(bytes([n % 3]) * 10_000,)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(store.digests())) == 3
    assert all(store.get(digest) for digest in store.digests())


@pytest.mark.parametrize("url", ["", "x", "file://host/folder", "file:relative", "s3://", "ftp://h/x", "memory"])
def test_an_address_of_no_store_is_refused(url):
    with pytest.raises(UrlUnsuitable):
        BlobStore.open(url)


def test_only_memory_forgets(tmp_path):
    assert BlobStore.open(f"file://{tmp_path}").durable
    assert not BlobStore.open("memory://").durable


def test_a_folder_name_may_hold_any_character(tmp_path):
    store = BlobStore.open(f"file://{tmp_path}/a%20b")
    store.put(b"sealed")
    assert (tmp_path / "a b").is_dir()


class TestFolder:
    @pytest.fixture
    def store(self, folder) -> LocalBlobs:
        return LocalBlobs(folder)

    @pytest.mark.parametrize("damage", [b"", b"seale", b"sealed!", b"Sealed"])
    def test_an_altered_blob_is_named(self, store, folder, damage):
        digest = store.put(b"sealed")
        stored_file(folder, digest).write_bytes(damage)
        with pytest.raises(BlobAltered) as refusal:
            store.get(digest)
        assert refusal.value.where == f"blob {digest.hex()}"
        assert refusal.value.expected == digest.hex()
        assert refusal.value.got == hashlib.sha256(damage).hexdigest()

    def test_putting_again_mends_an_altered_blob(self, store, folder):
        digest = store.put(b"sealed")
        stored_file(folder, digest).write_bytes(b"broken")
        store.put(b"sealed")
        assert store.get(digest) == b"sealed"

    def test_file_and_folder_are_synced_before_the_put_returns(self, store, folder, monkeypatch):
        synced = []
        really = os.fsync

        def watch(handle: int) -> None:
            synced.append(os.readlink(f"/proc/self/fd/{handle}"))
            really(handle)

        monkeypatch.setattr(os, "fsync", watch)
        digest = store.put(b"sealed")
        shard = stored_file(folder, digest).parent
        assert synced[0] == str(folder), "the new folder's own name"
        assert synced[1].startswith(str(folder / "incoming")), "the bytes, before they get their name"
        assert synced[2] == str(shard), "the name"

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
    def test_a_full_disk_leaves_nothing(self, store, folder, monkeypatch, number):
        def full(handle: int) -> None:
            raise OSError(number, "full")

        monkeypatch.setattr(os, "fsync", full)
        (folder / hashlib.sha256(b"sealed").hexdigest()[:2]).mkdir()
        with pytest.raises(StorageFull):
            store.put(b"sealed")
        monkeypatch.undo()
        assert list(store.digests()) == []
        assert list((folder / "incoming").iterdir()) == []

    def test_a_crash_before_the_name_leaves_only_what_is_swept_later(self, store, folder, monkeypatch):
        def die(*paths: object) -> None:
            os._exit(9)

        child = os.fork()
        if child == 0:
            os.replace = die
            store.put(b"sealed")
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
        (left,) = (folder / "incoming").iterdir()
        assert list(LocalBlobs(folder).digests()) == []
        assert left.exists(), "another process may be writing it"
        old = time.time() - ABANDONED_AFTER_SECONDS - 1
        os.utime(left, (old, old))
        LocalBlobs(folder)
        assert not left.exists()

    def test_strange_files_are_no_blobs(self, store, folder):
        store.put(b"sealed")
        (folder / "ab").mkdir(exist_ok=True)
        (folder / "ab" / "README").write_text("not a blob")
        assert len(list(store.digests())) == 1

    def test_others_may_not_read(self, store, folder):
        digest = store.put(b"sealed")
        assert stored_file(folder, digest).stat().st_mode & 0o077 == 0
        assert stored_file(folder, digest).parent.stat().st_mode & 0o077 == 0

    def test_a_folder_that_cannot_be_made_is_said_to_be_unreachable(self, tmp_path):
        (tmp_path / "file").write_text("")
        with pytest.raises(BlobStoreUnreachable):
            LocalBlobs(tmp_path / "file" / "blobs")


class TestObjectStore:
    def test_the_first_writer_wins(self):
        store = ObjectBlobs.in_memory()
        digest = store.put(b"sealed")
        store._store.put(f"{digest.hex()[:2]}/{digest.hex()[2:]}", b"broken")
        store.put(b"sealed")
        with pytest.raises(BlobAltered):
            store.get(digest)

    def test_a_store_that_does_not_answer(self):
        options = {
            "endpoint": "http://127.0.0.1:1",
            "access_key_id": "x",
            "secret_access_key": "x",
            "allow_http": "true",
            "region": "us-east-1",
        }
        store = BlobStore.open("s3://bucket/prefix", options=options)
        with pytest.raises(BlobStoreUnreachable) as refusal:
            store.put(b"sealed")
        assert "writing blob" in str(refusal.value)
        assert isinstance(refusal.value.__cause__, GenericError)

    def test_an_unknown_option_is_refused(self):
        with pytest.raises(UrlUnsuitable):
            BlobStore.open("s3://bucket/prefix", options={"nonsense": "1"})
