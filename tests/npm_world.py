"""The independent implementations of `tests/interop`, installed into an ignored folder and driven over a pipe."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from javascript import build_script

HOME = Path(__file__).resolve().parent / "interop"
INSTALLED = HOME / "node_modules" / ".transire-lock"


class Partner:
    """A Node.js process with other implementations in it; `ask` gives its answer to one request."""

    def __init__(self, node: list[str]) -> None:
        self._process = subprocess.Popen(
            [*node, str(HOME / "interop.mjs")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HOME
        )

    def ask(self, operation: str, **request: Any) -> dict[str, Any]:
        """The answer; a failure of the partner fails the test."""
        answer = self.try_to(operation, **request)
        assert "failed" not in answer, f"{operation}: {answer['failed']}"
        return answer

    def try_to(self, operation: str, **request: Any) -> dict[str, Any]:
        """The answer, a failure included."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"operation": operation, **request}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def __enter__(self) -> Partner:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=20)
        if self._process.stdout is not None:
            self._process.stdout.close()


def partner() -> Partner:
    """A partner, installed first if its lock file changed; skips loudly where it cannot be had."""
    try:
        node, npm = build_script().find_node()
        _install(npm, Path(node[0]).parent)
    except (SystemExit, OSError, subprocess.SubprocessError) as error:
        pytest.skip(f"NOT TESTED: the libraries of other implementations cannot be installed ({error})")
    return Partner(node)


@pytest.fixture(scope="module")
def others() -> Iterator[Partner]:
    """Other implementations, for the tests of one module."""
    with partner() as found:
        yield found


def _install(npm: list[str], node_folder: Path) -> None:
    """npm ci, once for each lock file; two workers of one run wait for one another."""
    lock = hashlib.sha256((HOME / "package-lock.json").read_bytes()).hexdigest()
    with (HOME / ".lock").open("w") as mutex:
        fcntl.flock(mutex, fcntl.LOCK_EX)
        if INSTALLED.is_file() and INSTALLED.read_text() == lock:
            return
        environment = {**os.environ, "PATH": f"{node_folder}{os.pathsep}{os.environ['PATH']}"}
        command = [*npm, "ci", "--prefer-offline", "--ignore-scripts", "--loglevel=error"]
        subprocess.run(command, cwd=HOME, env=environment, check=True, capture_output=True, timeout=240)
        INSTALLED.write_text(lock)
