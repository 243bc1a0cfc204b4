"""Asking the CometBFT beside us, over its unix socket: JSON-RPC, many questions in one request."""

from __future__ import annotations

import http.client
import os
import socket
from base64 import b64decode
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import orjson

from transire.engines.cometbft.errors import BlocksUnavailable
from transire.ledger.chain import (
    NO_TIME,
    BlockID,
    Commit,
    CommitSig,
    Header,
    PartSetHeader,
    Time,
)
from transire.ledger.chain_json import BINARY_FIELDS

TIMEOUT_S: Final = 15.0


class RpcRefused(Exception):
    """What CometBFT answered instead of a result."""


class RpcClient:
    """Questions to one CometBFT, from any thread; connections are kept and used again."""

    def __init__(self, folder: Path, socket_name: str) -> None:
        self._folder = folder
        self._socket_name = socket_name
        self._idle: deque[_UnixConnection] = deque()
        self._closed = False

    def close(self) -> None:
        """Let go of the connections. Asking is over: a later question finds nobody."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def ask(self, method: str, **params: object) -> Any:
        """The result of one call; raises `RpcRefused`."""
        (answer,) = self.ask_all([(method, params)])
        if isinstance(answer, RpcRefused):
            raise answer
        return answer

    def ask_all(self, calls: Sequence[tuple[str, dict[str, Any]]]) -> list[Any]:
        """The results of several calls in their order, each a value or a `RpcRefused`."""
        body = orjson.dumps(
            [
                {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
                for number, (method, params) in enumerate(calls)
            ]
        )
        answers = orjson.loads(self._post(body))
        if isinstance(answers, dict):  # one answer comes alone
            answers = [answers]
        by_id = {answer.get("id"): answer for answer in answers}
        return [_result(by_id.get(number)) for number in range(len(calls))]

    def _post(self, body: bytes) -> bytes:
        # A connection that CometBFT closed meanwhile shows only when it is used: once more, on a new one.
        for attempt in (1, 2):
            connection = self._connection(new=attempt == 2)
            try:
                connection.request("POST", "/", body, {"Content-Type": "application/json"})
                answer = connection.getresponse().read()
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                if attempt == 2 or isinstance(error, TimeoutError):
                    raise BlocksUnavailable(got=str(error) or type(error).__name__) from error
            else:
                self._put_back(connection)
                return answer
        raise AssertionError

    def _put_back(self, connection: _UnixConnection) -> None:
        self._idle.append(connection)
        if self._closed:
            self.close()

    def _connection(self, *, new: bool) -> _UnixConnection:
        if self._closed:
            raise BlocksUnavailable(got="the engine was closed")
        with suppress(IndexError):
            if not new:
                return self._idle.pop()
        return _UnixConnection(self._folder, self._socket_name)


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, folder: Path, name: str) -> None:
        super().__init__("localhost", timeout=TIMEOUT_S)
        self._place = (folder, name)

    def connect(self) -> None:
        self.sock = connect_unix(*self._place)
        self.sock.settimeout(self.timeout)


def connect_unix(folder: Path, name: str) -> socket.socket:
    """Connect to a socket in a folder whose path may be longer than the 107 bytes that an address holds."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with opened_folder(folder) as path:
            made.connect(f"{path}/{name}")
    except OSError:
        made.close()
        raise
    return made


class opened_folder:
    """A short path to a folder, as long as it is needed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __enter__(self) -> str:
        self._descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        return f"/proc/self/fd/{self._descriptor}"

    def __exit__(self, *error: object) -> None:
        os.close(self._descriptor)


def _result(answer: dict[str, Any] | None) -> Any:
    if answer is None:
        return RpcRefused("no answer")
    error = answer.get("error")
    return answer.get("result") if error is None else RpcRefused(f"{error.get('message')}: {error.get('data')}")


def read_header(value: dict[str, Any]) -> Header:
    """A header as CometBFT writes it in JSON."""
    version = value.get("version") or {}
    return Header(
        version_block=int(version.get("block", 0)),
        version_app=int(version.get("app", 0)),
        chain_id=value["chain_id"],
        height=int(value["height"]),
        time=read_time(value["time"]),
        last_block_id=_block_id(value["last_block_id"]),
        **{name: bytes.fromhex(value[name]) for name in BINARY_FIELDS},
    )


def read_commit(value: dict[str, Any]) -> Commit:
    """A commit as CometBFT writes it in JSON."""
    signatures = tuple(
        CommitSig(
            int(sig["block_id_flag"]),
            bytes.fromhex(sig["validator_address"]),
            read_time(sig["timestamp"]),
            b64decode(sig["signature"] or ""),
        )
        for sig in value["signatures"]
    )
    return Commit(int(value["height"]), int(value["round"]), _block_id(value["block_id"]), signatures)


def read_time(text: str) -> Time:
    """A time as Go writes it: RFC 3339 in UTC with up to nine digits of fraction.

    >>> read_time("2026-11-22T10:15:00.05Z")
    Time(seconds=1795342500, nanos=50000000)
    """
    from datetime import UTC, datetime

    if text.startswith("0001-01-01T00:00:00"):
        return NO_TIME
    whole, _, fraction = text.removesuffix("Z").partition(".")
    seconds = int(datetime.fromisoformat(whole).replace(tzinfo=UTC).timestamp())
    return Time(seconds, int(fraction.ljust(9, "0")) if fraction else 0)


def _block_id(value: dict[str, Any]) -> BlockID:
    parts = value.get("parts") or {}
    return BlockID(
        bytes.fromhex(value["hash"]),
        PartSetHeader(int(parts.get("total", 0)), bytes.fromhex(parts.get("hash", ""))),
    )
