"""Text from outside: read up to a bound, and made safe to print.

A name on the ledger must not be able to move a terminal's cursor, nor a file without end to fill the memory.
"""

from __future__ import annotations

from pathlib import Path

import click

INPUT_FILE = click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
"""The type of an argument that names a file to read."""


def read_up_to(path: Path, limit: int) -> bytes:
    """The file's bytes, and at most one byte more than the limit, so that the reader refuses it as too long."""
    with path.open("rb") as file:
        return file.read(limit + 1)


def printable(text: str) -> str:
    """The text with every control and format character replaced.

    >>> printable("Granja\\x1b[2J del Sur\\u202e")
    'Granja\ufffd[2J del Sur\ufffd'
    """
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
