"""The object store as it is spoken to over the wire: a small S3 server, in this process, that really refuses."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from transire.storage.blobs import BlobStore
from transire.storage.errors import BlobAltered, BlobMissing, BlobStoreUnreachable

LIST = (
    '<?xml version="1.0" encoding="UTF-8"?><ListBucketResult><Name>bucket</Name><Prefix>{prefix}</Prefix>'
    "<KeyCount>{count}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>"
)
ENTRY = (
    "<Contents><Key>{key}</Key><LastModified>2026-11-22T12:00:00.000Z</LastModified>"
    '<ETag>"{tag}"</ETag><Size>{size}</Size><StorageClass>STANDARD</StorageClass></Contents>'
)


class Bucket(ThreadingHTTPServer):
    """Objects by key; `broken` makes it answer 403, as after a withdrawn credential."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Request)
        self.objects: dict[str, bytes] = {}
        self.broken = False
        self.writes: list[tuple[str, str | None]] = []


class Request(BaseHTTPRequestHandler):
    server: Bucket
    protocol_version = "HTTP/1.1"

    @property
    def key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix("/bucket").removeprefix("/")

    def answer(self, status: int, body: bytes = b"", tag: str = "x") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{tag}"')
        self.send_header("Last-Modified", "Sun, 22 Nov 2026 12:00:00 GMT")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        condition = self.headers.get("If-None-Match")
        self.server.writes.append((self.key, condition))
        if self.server.broken:
            self.answer(403)
        elif condition == "*" and self.key in self.server.objects:
            self.answer(412)
        else:
            self.server.objects[self.key] = body
            self.answer(200)

    def do_GET(self) -> None:
        if self.server.broken:
            self.answer(403)
        elif not self.key:
            self.answer(200, self.listing())
        elif self.key in self.server.objects:
            self.answer(200, self.server.objects[self.key])
        else:
            self.answer(404)

    do_HEAD = do_GET

    def do_POST(self) -> None:
        # obstore deletes through S3's bulk operation: the keys are in the body.
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.server.broken:
            self.answer(403)
            return
        keys = [part.split("</Key>")[0] for part in body.split("<Key>")[1:]]
        for key in keys:
            self.server.objects.pop(key, None)
        deleted = "".join(f"<Deleted><Key>{key}</Key></Deleted>" for key in keys)
        self.answer(200, f"<DeleteResult>{deleted}</DeleteResult>".encode())

    def do_DELETE(self) -> None:
        self.server.objects.pop(self.key, None)
        self.answer(403 if self.server.broken else 204)

    def listing(self) -> bytes:
        prefix = parse_qs(urlsplit(self.path).query).get("prefix", [""])[0]
        found = {key: value for key, value in sorted(self.server.objects.items()) if key.startswith(prefix)}
        entries = "".join(ENTRY.format(key=key, tag="x", size=len(value)) for key, value in found.items())
        return LIST.format(prefix=prefix, count=len(found), entries=entries).encode()

    def log_message(self, format: str, *values: object) -> None:
        pass


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with Bucket() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def store(bucket) -> BlobStore:
    options = {
        "endpoint": f"http://127.0.0.1:{bucket.server_port}",
        "allow_http": "true",
        "region": "us-east-1",
        "access_key_id": "key",
        "secret_access_key": "secret",
    }
    return BlobStore.open("s3://bucket/members/producer", options=options)


def key_of(data: bytes) -> str:
    digest = hashlib.sha256(data).hexdigest()
    return f"members/producer/{digest[:2]}/{digest[2:]}"


def test_blobs_lie_below_the_prefix(store, bucket):
    digest = store.put(b"sealed")
    assert bucket.objects == {key_of(b"sealed"): b"sealed"}
    assert store.get(digest) == b"sealed"
    assert store.has(digest)
    assert store.durable


def test_every_put_asks_to_create_and_never_to_replace(store, bucket):
    bucket.objects[key_of(b"sealed")] = b"altered"
    digest = store.put(b"sealed")
    assert bucket.writes == [(key_of(b"sealed"), "*")]
    with pytest.raises(BlobAltered) as refusal:
        store.get(digest)
    assert refusal.value.where == f"blob {digest.hex()}"


def test_listing_and_deleting(store, bucket):
    digests = {store.put(bytes([number])) for number in range(5)}
    bucket.objects["members/producer2/ab/cd"] = b"of a neighbour"
    assert list(store.digests()) == sorted(digests)
    for digest in digests:
        store.delete(digest)
        store.delete(digest)
    assert list(bucket.objects) == ["members/producer2/ab/cd"]
    with pytest.raises(BlobMissing):
        store.get(digests.pop())


@pytest.mark.parametrize("operation", ["put", "get", "has", "delete", "digests"])
def test_a_refusal_of_the_store_is_no_missing_blob(store, bucket, operation):
    digest = store.put(b"sealed")
    bucket.broken = True
    arguments = {"put": [b"other"], "digests": []}.get(operation, [digest])
    with pytest.raises(BlobStoreUnreachable):
        list(getattr(store, operation)(*arguments))
    assert list(bucket.objects) == [key_of(b"sealed")]
