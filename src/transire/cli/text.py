"""Text from outside, made safe to print: a name on the ledger must not be able to move a terminal's cursor."""

from __future__ import annotations


def printable(text: str) -> str:
    """The text with every control and format character replaced.

    >>> printable("Granja\\x1b[2J del Sur\\u202e")
    'Granja\ufffd[2J del Sur\ufffd'
    """
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)
