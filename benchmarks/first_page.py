"""From a fresh clone to the first page of the portal: `make demo`, with nothing in a package cache and with all of it.

    python -m benchmarks.first_page

The clone is made first and not counted; the command runs on a terminal, tells the story of the demo, opens the portal,
and ends with the answer to one of its sign-in links. *Cold*: the caches of pip, uv and npm are empty folders, so
everything comes over the network; how quick that is, this machine's line decides. *Warm*: the same again in another
clone, with those caches. Goal: the first page in less than 60 s, cold.
"""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(rb"http://127\.0\.0\.1:\d+/m/\w+/enter/[\w-]+")
WITHIN_S = 600.0
WARM_RUNS = 2


def measure() -> dict[str, str]:
    """Every figure of this page, in words."""
    with TemporaryDirectory() as folder:
        caches = Path(folder) / "caches"
        cold = first_page(Path(folder) / "cold", caches)
        warm = min(first_page(Path(folder) / f"warm-{run}", caches) for run in range(WARM_RUNS))
    return {"nothing cached": f"{cold:.0f} s", f"all packages cached, best of {WARM_RUNS}": f"{warm:.0f} s"}


def first_page(clone: Path, caches: Path) -> float:
    """Seconds from `make demo` in a fresh clone to the first page."""
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    begun = time.monotonic()
    with on_a_terminal(["make", "demo"], clone, caches) as told:
        with urllib.request.urlopen(link_in(told), timeout=60) as page:
            if page.status != 200:
                raise NoPage(f"the portal answered {page.status}")
            page.read()
        return time.monotonic() - begun


class NoPage(Exception):
    """The demo ended, or took too long, before its portal was open; with the last that it said."""


@contextmanager
def on_a_terminal(command: list[str], clone: Path, caches: Path) -> Iterator[int]:
    """The command under way, on a terminal of its own; it is interrupted in the end, as by Ctrl-C."""
    reading, writing = pty.openpty()
    kept = {"PIP_CACHE_DIR": "pip", "UV_CACHE_DIR": "uv", "npm_config_cache": "npm"}
    environment = {**os.environ, **{name: str(caches / folder) for name, folder in kept.items()}}
    environment.pop("VIRTUAL_ENV", None)
    process = subprocess.Popen(
        command, cwd=clone, env=environment, stdin=writing, stdout=writing, stderr=writing, start_new_session=True
    )
    os.close(writing)
    try:
        yield reading
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)
        os.close(reading)


def link_in(told: int) -> str:
    """The first sign-in link that a command writes, once it is whole."""
    text, until = b"", time.monotonic() + WITHIN_S
    while time.monotonic() < until:
        try:
            text += os.read(told, 1 << 16)
        except OSError:  # the other end of the terminal is closed
            break
        found = LINK.search(text)
        if found and text[found.end() : found.end() + 1].isspace():
            return found.group().decode()
    raise NoPage(text[-2000:].decode("utf-8", "replace"))


if __name__ == "__main__":
    for name, figure in measure().items():
        print(f"{name}: {figure}")
