"""The data files that come with the tariff, by their names.

Read from beside the code and not through `importlib.resources`: loading that costs a start more than these files do.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent / "data"


def read_data(name: str) -> bytes:
    """The bytes of a data file.

    >>> read_data("law.json")[:1]
    b'{'
    """
    return (_FOLDER / name).read_bytes()
