"""The CometBFT program: where it is, whether it is the right one, and how it is had.

It is built by Go from its published module, whose checksum the Go tools compare with the public checksum database and
we compare with the one written here. `cometbft version` is not believed (it lies for some releases); what a program was
built from stands in it, and `go version -m` reads it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from transire.engines.cometbft.errors import CometBftMissing, CometBftWrong

MODULE: Final = "github.com/cometbft/cometbft"
VERSION: Final = "v0.38.26"
CHECKSUMS: Final = {
    "v0.38.26": "h1:MIPYgOSvyyiN1jo3SZljKy4ZXqs896aQnj3pQFfUmaE=",
    "v0.40.0": "h1:0+zc7FlcnonFfMwzhyDCd5vK/fHZqz0RfRyTCxZsFPU=",
}
"""The releases that Transire was tested with, and the checksums of their modules."""
VARIABLE: Final = "TRANSIRE_COMETBFT"
"""Environment variable that names the program."""
CACHE_VARIABLE: Final = "TRANSIRE_CACHE"
"""Environment variable that names the folder where programs are kept; by default the user's cache."""
_INFO_MARKER: Final = b"\nmod\t" + MODULE.encode() + b"\t"


def cache_folder() -> Path:
    """Where `install_cometbft` puts programs, one folder a version."""
    if named := os.environ.get(CACHE_VARIABLE):
        return Path(named) / "cometbft"
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "transire" / "cometbft"


def find_cometbft(named: str = "", *, version: str = VERSION) -> Path:
    """The program: the one that is named, else TRANSIRE_COMETBFT, else the cache, else on the PATH.

    One that is named is taken as it is if it is of a known release; what is found by itself must be `version`.
    """
    named = named or os.environ.get(VARIABLE, "")
    if named:
        path = Path(named)
        if not os.access(path, os.X_OK):
            raise CometBftMissing(got=named)
        check_release(path)
        return path
    for candidate in (cache_folder() / version / "cometbft", shutil.which("cometbft")):
        if candidate is not None and os.access(candidate, os.X_OK) and built_from(Path(candidate))[0] == version:
            check_release(Path(candidate))
            return Path(candidate)
    raise CometBftMissing(expected=f"{MODULE}/cmd/cometbft@{version}")


def install_cometbft(*, version: str = VERSION, go: str = "go") -> Path:
    """Build the program with Go into the cache, and check what it was built from. Takes some minutes the first time."""
    if version not in CHECKSUMS:  # no program of it would be started
        raise CometBftWrong(got=version, expected=" or ".join(CHECKSUMS))
    found = shutil.which(go)
    if found is None:
        raise CometBftMissing(got="no Go tools", expected="Go 1.25 or later on the PATH")
    folder = cache_folder() / version
    folder.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "GOBIN": str(folder), "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    command = [found, "install", f"{MODULE}/cmd/cometbft@{version}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    program = folder / "cometbft"
    if done.returncode or not program.exists():
        raise CometBftMissing(got=done.stderr.strip()[-500:], expected=" ".join(command))
    check_release(program)
    return program


def check_release(program: Path) -> None:
    """Refuse a program that was not built from a module that is known here."""
    version, checksum = built_from(program)
    if version not in CHECKSUMS:
        raise CometBftWrong(got=version or "no Go program of CometBFT", expected=" or ".join(CHECKSUMS))
    if checksum != CHECKSUMS[version]:
        raise CometBftWrong(got=f"{version} with checksum {checksum}", expected=CHECKSUMS[version])


def built_from(program: Path) -> tuple[str, str]:
    """Version and checksum of the module that a Go program was built from, as the linker wrote them into it.

    The text is what `go version -m` prints; reading it needs no Go tools. Empty texts: it is not there.
    """
    content = program.read_bytes()
    at = content.find(_INFO_MARKER) + 1
    if not at:
        return "", ""
    line = content[at : at + 300].partition(b"\n")[0]
    fields = line.decode(errors="replace").split("\t")
    return fields[2], fields[3] if len(fields) > 3 else ""
