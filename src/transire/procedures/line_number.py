"""The number of a line, as an address or a form names it. Pages and API of every procedure with lines read it here."""

from __future__ import annotations

from typing import Final

NO_LINE: Final = 0
"""Lines are counted from 1: no document has this one, and whoever looks for it is told so."""


def read_line_number(text: str) -> int:
    """The number of a line; `NO_LINE` where the text is none.

    >>> read_line_number("17"), read_line_number("-1"), read_line_number("²")
    (17, 0, 0)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else NO_LINE
