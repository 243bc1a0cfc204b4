"""How the demo tells what it does: numbered steps, one line a fact, with the time that it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

WIDTH = 78


class Telling:
    """Writes the story to a stream, and keeps it for `story.json`."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stdout if stream is None else stream
        self._colour = self._stream.isatty()
        self._started = time.monotonic()
        self.steps: list[dict[str, object]] = []

    @property
    def elapsed(self) -> float:
        """Seconds since the telling began."""
        return time.monotonic() - self._started

    @contextmanager
    def step(self, number: int, title: str) -> Iterator[None]:
        """One of the seven steps; its time is printed when it ends."""
        self._print(f"\n{self._bold(f'{number}. {title}')}")
        begun = time.monotonic()
        yield
        seconds = time.monotonic() - begun
        self.steps.append({"step": number, "title": title, "milliseconds": round(seconds * 1000)})
        self._print(self._dim(f"   {f'{seconds:.2f} s':>{WIDTH}}"))

    def say(self, fact: str) -> None:
        """A fact, one line."""
        self._print(f"   {fact}")

    def show(self, text: str) -> None:
        """Several lines of detail, indented."""
        for line in text.splitlines():
            self._print(f"     {self._dim(line)}")

    @contextmanager
    def timed(self, fact: str) -> Iterator[None]:
        """A fact whose making takes a while: the line is finished with its milliseconds."""
        begun = time.monotonic()
        yield
        self._print(f"   {fact:<{WIDTH - 9}} {(time.monotonic() - begun) * 1000:6.0f} ms")

    def headline(self, text: str) -> None:
        self._print(self._bold(text))

    def _print(self, line: str) -> None:
        print(line, file=self._stream, flush=True)

    def _bold(self, text: str) -> str:
        return f"\033[1m{text}\033[0m" if self._colour else text

    def _dim(self, text: str) -> str:
        return f"\033[2m{text}\033[0m" if self._colour else text
