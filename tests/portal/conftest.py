"""The portal of the demo's world over HTTP, and a real Chromium to walk through it."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from walker import Walker

from transire.demo.world import World, make_world
from transire.portal.server import server_of

STARTS_WITHIN_S = 30


@pytest.fixture(scope="session")
def axe(repository: Path) -> str:
    """The source of axe-core; the styles are built with it when `make` has not done it."""
    subprocess.run([sys.executable, repository / "web" / "build.py"], check=True)
    return (repository / "web" / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser of the distribution; `make test` installs it where it may."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("NOT TESTED: no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Five members on one running node, as the demo finds them on the first day. Nothing has happened yet."""
    made = make_world(tmp_path_factory.mktemp("world"), port=_free_port())
    try:
        yield made
    finally:
        made.node.close()


@pytest.fixture(scope="module")
def site(world: World, axe: str) -> Iterator[str]:
    """The address at which the node is served; `axe` has built the styles."""
    server = server_of(world.node)
    serving = threading.Thread(target=server.run, name="portal", daemon=True)
    serving.start()
    deadline = time.monotonic() + STARTS_WITHIN_S
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    assert server.started, "the portal did not start"
    yield f"http://127.0.0.1:{world.node.settings.port}"
    server.should_exit = True
    serving.join()


@pytest.fixture
def open_window(
    world: World, site: str, chromium: Browser, axe: str, repository: Path
) -> Iterator[Callable[..., Walker]]:
    """A function that opens a browser of its own at one member, signed in with a link unless told otherwise."""
    contexts = []

    def opened(slug: str, *, language: str | None = "en", signed_in: bool = True, **options: object) -> Walker:
        contexts.append(context := chromium.new_context(**options))  # type: ignore[arg-type]
        window = Walker(context, site, slug, axe, repository / "out" / "portal")
        if signed_in:
            window.enter(world.sign_in_links()[slug], language=language)
        return window

    yield opened
    for context in contexts:
        context.close()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])
