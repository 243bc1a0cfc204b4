"""What a person types, made fit to keep: trimmed, in one Unicode form, without characters that cannot be shown."""

from __future__ import annotations

import unicodedata

from transire.desk.errors import TextUnsuitable

LINE_LIMIT = 200
"""Characters of a name or title: a line of a page."""

PAGE_LIMIT = 20_000
"""Characters of a note: some ten pages; more is a document."""


def tidy_line(text: str, where: str, *, limit: int = LINE_LIMIT) -> str:
    """One line: surrounding space removed, NFC, no control or format characters.

    >>> tidy_line("  Export  clerk ", "name")
    'Export clerk'
    """
    return _checked(" ".join(unicodedata.normalize("NFC", text).split()), where, limit, "")


def tidy_page(text: str, where: str, *, limit: int = PAGE_LIMIT) -> str:
    """Several lines: line ends become one line feed, tabs may stay."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return _checked(lines.strip(), where, limit, "\n\t")


def _checked(text: str, where: str, limit: int, allowed: str) -> str:
    if not text:
        raise TextUnsuitable(expected="some text", got="nothing", where=where)
    if len(text) > limit:
        raise TextUnsuitable(expected=f"at most {limit} characters", got=len(text), where=where)
    for character in text:
        # Cc: control, Cs: half a surrogate pair, Co and Cn: no character; bidirectional overrides forge what is read.
        if character not in allowed and (
            unicodedata.category(character) in ("Cc", "Cs", "Cn") or character in _OVERRIDES
        ):
            raise TextUnsuitable(expected="printable text", got=f"U+{ord(character):04X}", where=where)
    return text


_OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
