"""A real S3 server process (moto's) for whichever tests ask for one."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec

import httpx2
import pytest

BUCKET = "transire"
READY_WITHIN_S = 60


@pytest.fixture(scope="session")
def s3_environment() -> Iterator[dict[str, str]]:
    """What a node's environment says of an S3 server: its address and who we are there. The bucket is made."""
    if find_spec("moto") is None or find_spec("flask") is None:
        pytest.skip("NOT TESTED: moto's S3 server is not installed")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": ""}, **quiet)  # type: ignore[call-overload]
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, server)
        who = "AWS4-HMAC-SHA256 Credential=test/20261128/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0"
        httpx2.put(f"{url}/{BUCKET}", headers={"authorization": who}).raise_for_status()
        yield {
            "AWS_ENDPOINT": url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_REGION": "us-east-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
        }
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while True:
        try:
            httpx2.get(url, timeout=5)
            return
        except httpx2.HTTPError:
            assert server.poll() is None, "the S3 server ended"
            assert time.monotonic() < deadline, "the S3 server does not answer"
            time.sleep(0.1)
