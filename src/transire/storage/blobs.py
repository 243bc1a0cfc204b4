"""Blobs under their own digest: what is put comes back bit for bit or not at all.

`file:///FOLDER` is written natively and not through obstore: obstore's local store renames without fsync, so that a
power cut could leave a name without its bytes after the put was acknowledged. `s3://BUCKET/PREFIX` and the
development part `memory://` go through obstore. Names are hexadecimal, since some file systems ignore case.
What it is not: it neither encrypts nor knows what the bytes are; the vault does.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from transire.storage.errors import (
    BlobAltered,
    BlobMissing,
    BlobStoreUnreachable,
    StorageFull,
    UrlUnsuitable,
)

if TYPE_CHECKING:
    from obstore.store import ClientConfig, ObjectStore, RetryConfig

ABANDONED_AFTER_SECONDS = 3600
"""A half-written file older than this belongs to a process that died: no put takes that long."""

ALLOW_HTTP = "allow_http"
"""The one option that is not S3's own: an object store inside the same machine or compose file, without TLS."""

PATIENCE = timedelta(seconds=20)
"""How long an object store may be away before a put is refused; obstore alone would wait for minutes."""

_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{62}\Z")


class BlobStore(ABC):
    """An open store of blobs; safe to share between threads.

    >>> store = BlobStore.open("memory://")
    >>> digest = store.put(b"sealed")
    >>> store.get(digest)
    b'sealed'
    >>> store.put(b"sealed") == digest, [known.hex()[:8] for known in store.digests()]
    (True, ['c9d0036b'])
    """

    durable: bool = True
    """False for a store that forgets with its process; the production profile refuses such a store."""

    @staticmethod
    def open(url: str, *, options: Mapping[str, str] | None = None) -> BlobStore:
        """Open `file:///FOLDER` (created on demand), `s3://BUCKET/PREFIX` or `memory://`.

        `options` are obstore's for S3 (`region`, `endpoint`, ...) and `allow_http`; what is absent comes from the
        environment (`AWS_...`), which is where credentials belong.
        """
        parts = urlsplit(url)
        if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
            return LocalBlobs(Path(unquote(parts.path)))
        if parts.scheme == "memory":
            return ObjectBlobs.in_memory()
        if parts.scheme == "s3" and parts.netloc:
            return ObjectBlobs.at(url, options or {})
        raise UrlUnsuitable(got=url)

    def put(self, data: bytes) -> bytes:
        """Store and return the digest; durable on return. Putting the same bytes again changes nothing."""
        digest = hashlib.sha256(data).digest()
        self._write(_name(digest), data)
        return digest

    def get(self, digest: bytes) -> bytes:
        """The bytes under a digest, checked against it."""
        data = self._read(_name(digest))
        found = hashlib.sha256(data).digest()
        if found != digest:
            raise BlobAltered(expected=digest.hex(), got=found.hex(), where=f"blob {digest.hex()}")
        return data

    def has(self, digest: bytes) -> bool:
        """Whether the blob is there; says nothing of its content."""
        return self._exists(_name(digest))

    def delete(self, digest: bytes) -> None:
        """Remove for good; a blob that is not there is no error, so that an erasure can be repeated."""
        self._remove(_name(digest))

    def digests(self) -> Iterator[bytes]:
        """The digests of all stored blobs, ascending."""
        for name in sorted(self._names()):
            if _NAME.match(name):
                yield bytes.fromhex(name.replace("/", ""))

    @abstractmethod
    def _write(self, name: str, data: bytes) -> None: ...

    @abstractmethod
    def _read(self, name: str) -> bytes: ...

    @abstractmethod
    def _exists(self, name: str) -> bool: ...

    @abstractmethod
    def _remove(self, name: str) -> None: ...

    @abstractmethod
    def _names(self) -> Iterator[str]: ...


def _name(digest: bytes) -> str:
    text = digest.hex()
    if len(text) != 64:
        raise BlobMissing(got=f"a digest of {len(digest)} bytes", expected="32 bytes")
    # Two digits of folder keep a million blobs at some 4,000 files a folder.
    return f"{text[:2]}/{text[2:]}"


def _missing(name: str) -> BlobMissing:
    return BlobMissing(where=f"blob {name.replace('/', '')}")


class LocalBlobs(BlobStore):
    """A folder. A blob is written aside, synced, then renamed: a reader never meets half of one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._aside = folder / "incoming"
        try:
            self._aside.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise _local_failure(error) from error
        self._sweep()

    def _sweep(self) -> None:
        limit = time.time() - ABANDONED_AFTER_SECONDS
        for path in self._aside.iterdir():
            if path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)

    def _write(self, name: str, data: bytes) -> None:
        target = self._folder / name
        try:
            if not self._holds(target, data):
                self._make_shard(target.parent)
                self._write_aside(target, data)
            # Also for a blob that is there: the process that wrote it may have died before this line.
            _sync_folder(target.parent)
        except OSError as error:
            raise _local_failure(error) from error

    def _holds(self, target: Path, data: bytes) -> bool:
        try:
            # Compared in full: a blob that was altered on disk is mended by putting it again.
            return target.read_bytes() == data
        except FileNotFoundError:
            return False

    def _make_shard(self, shard: Path) -> None:
        if not shard.is_dir():
            shard.mkdir(exist_ok=True, mode=0o700)
            _sync_folder(self._folder)

    def _write_aside(self, target: Path, data: bytes) -> None:
        handle, aside = tempfile.mkstemp(dir=self._aside)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(aside, target)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise

    def _read(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError as error:
            raise _missing(name) from error
        except OSError as error:
            raise _local_failure(error) from error

    def _exists(self, name: str) -> bool:
        return (self._folder / name).is_file()

    def _remove(self, name: str) -> None:
        target = self._folder / name
        try:
            target.unlink()
        except FileNotFoundError:
            return
        except OSError as error:
            raise _local_failure(error) from error
        _sync_folder(target.parent)

    def _names(self) -> Iterator[str]:
        return (f"{path.parent.name}/{path.name}" for path in self._folder.glob("??/*"))


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _local_failure(error: OSError) -> StorageFull | BlobStoreUnreachable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFull()
    return BlobStoreUnreachable(got=error.strerror)


def _retries() -> RetryConfig:
    return {"max_retries": 4, "retry_timeout": PATIENCE}


class ObjectBlobs(BlobStore):
    """An object store through obstore; create-if-absent, so that no two writers replace one another."""

    def __init__(self, store: ObjectStore, *, durable: bool) -> None:
        self._store = store
        self.durable = durable

    @classmethod
    def in_memory(cls) -> ObjectBlobs:
        """A store that forgets with its process: for tests and demonstrations."""
        from obstore.store import MemoryStore

        return cls(MemoryStore(), durable=False)

    @classmethod
    def at(cls, url: str, options: Mapping[str, str]) -> ObjectBlobs:
        """The bucket and prefix of a URL."""
        from obstore.exceptions import BaseError
        from obstore.store import S3Store

        config: Any = {key: value for key, value in options.items() if key != ALLOW_HTTP}
        # obstore reads AWS_ALLOW_HTTP nowhere; it is what other programs call it too.
        allowed = options.get(ALLOW_HTTP, os.environ.get("AWS_ALLOW_HTTP", ""))
        client: ClientConfig = {"allow_http": allowed == "true"}
        try:
            store = S3Store.from_url(url, config=config, client_options=client, retry_config=_retries())
        except (BaseError, ValueError) as error:
            raise UrlUnsuitable(got=url) from error
        return cls(store, durable=True)

    def _write(self, name: str, data: bytes) -> None:
        from obstore.exceptions import AlreadyExistsError, BaseError

        try:
            self._store.put(name, data, mode="create")
        except AlreadyExistsError:
            return
        except BaseError as error:
            raise BlobStoreUnreachable(where=f"writing blob {name.replace('/', '')}") from error

    def _read(self, name: str) -> bytes:
        from obstore.exceptions import BaseError, NotFoundError

        try:
            return bytes(self._store.get(name).bytes())
        except (FileNotFoundError, NotFoundError) as error:
            raise _missing(name) from error
        except BaseError as error:
            raise BlobStoreUnreachable(where=f"reading blob {name.replace('/', '')}") from error

    def _exists(self, name: str) -> bool:
        from obstore.exceptions import BaseError, NotFoundError

        try:
            self._store.head(name)
        except (FileNotFoundError, NotFoundError):
            return False
        except BaseError as error:
            raise BlobStoreUnreachable(where=f"looking for blob {name.replace('/', '')}") from error
        return True

    def _remove(self, name: str) -> None:
        from obstore.exceptions import BaseError, NotFoundError

        try:
            self._store.delete(name)
        except (FileNotFoundError, NotFoundError):
            return
        except BaseError as error:
            raise BlobStoreUnreachable(where=f"deleting blob {name.replace('/', '')}") from error

    def _names(self) -> Iterator[str]:
        from obstore.exceptions import BaseError

        try:
            for page in self._store.list():
                yield from (entry["path"] for entry in page)
        except BaseError as error:
            raise BlobStoreUnreachable(where="listing the blobs") from error
