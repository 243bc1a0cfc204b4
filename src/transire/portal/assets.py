"""The built styles, scripts and fonts: found by their plain names, served under names that carry their digest.

`web/build.py` makes them. A file that was altered after the build is not served: the page's policy trusts them.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from transire.portal.errors import StylesMissing

STATIC = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
"""A name that carries the digest of its content never means other content."""


class _Entry(msgspec.Struct, frozen=True):
    file: str
    sha256: str


class _Manifest(msgspec.Struct, frozen=True):
    inputs: str
    files: dict[str, _Entry]


class Assets:
    """The manifest of the build, checked against the files once, at start."""

    def __init__(self, folder: Path = STATIC) -> None:
        self.folder = folder
        self._files = _read_manifest(folder).files
        for name, entry in self._files.items():
            _check(folder / entry.file, entry.sha256, name)

    def path(self, name: str) -> str:
        """The address of a file by its plain name: `transire.css` -> `/static/transire-0123456789.css`."""
        return f"/static/{self._files[name].file}"

    def content(self, name: str) -> bytes:
        """A file by its plain name, unaltered since the build."""
        entry = self._files[name]
        _check(self.folder / entry.file, entry.sha256, name)
        return (self.folder / entry.file).read_bytes()

    def files(self) -> StaticFiles:
        """The application that serves them."""
        return _Immutable(directory=self.folder)


class _Immutable(StaticFiles):
    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code == 200:
            response.headers["Cache-Control"] = FOR_EVER
        return response


def _read_manifest(folder: Path) -> _Manifest:
    try:
        return msgspec.json.decode((folder / "manifest.json").read_bytes(), type=_Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise StylesMissing(where="manifest.json") from error


def _check(path: Path, expected: str, name: str) -> None:
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise StylesMissing(where=name) from error
    if found != expected:
        raise StylesMissing(where=name, got=found, expected=expected)
