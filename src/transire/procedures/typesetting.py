"""Setting papers as tagged PDF by Typst where it is installed (`transire[pdf]`). Used by every procedure that prints.

The same inputs give the same bytes: a file bears the time that is handed over, not that of its printing, and is set in
the typesetter's own fonts, whatever the machine has.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import msgspec

STANDARD: Final = "ua-1"
"""PDF/UA-1 (ISO 14289-1): tagged, with language and title; what cannot be read aloud is refused by the typesetter."""
NOT_DATED: Final = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def can_typeset() -> bool:
    """Whether the typesetter is installed; asking loads nothing."""
    return importlib.util.find_spec("typst") is not None


def typeset(
    source: bytes, name: str, content: bytes, at: datetime | None, *, pictures: Mapping[str, str] = {}
) -> bytes:
    """A paper out of its Typst source and its content, JSON that the source finds under `name`.

    `pictures` are SVG by their names. A sign that the typesetter's fonts do not have is written by its number, so that
    a paper can be printed whatever is said in it. Only to be called where the typesetter is installed.
    """
    import typst  # some 40 MB: loaded by whoever prints

    try:
        return _compiled(source, {name: content.decode(), **pictures}, at)
    except typst.TypstError as refusal:
        if _NO_GLYPH not in str(refusal):
            raise
    spelled = msgspec.json.encode(_spelled(msgspec.json.decode(content))).decode()
    return _compiled(source, {name: spelled, **pictures}, at)


def _compiled(source: bytes, inputs: dict[str, str], at: datetime | None) -> bytes:
    import typst

    printed: bytes = typst.compile(
        source,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs=inputs,
        pdf_standards=STANDARD,
        timestamp=(at or NOT_DATED).replace(microsecond=0),
    )
    return printed


_NO_GLYPH: Final = "could not be displayed"
_LATIN_ENDS: Final = 0x180
"""The fonts have every sign of the Latin scripts of Europe (Unicode up to Latin Extended-A)."""


def _spelled(value: Any) -> Any:
    """The content with every sign that the fonts may not have written by its number.

    >>> _spelled({"name": "Łódź 泵"})
    {'name': 'Łódź [U+6CF5]'}
    """
    if isinstance(value, str):
        return "".join(_sign(sign) for sign in value)
    if isinstance(value, dict):
        return {name: _spelled(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_spelled(member) for member in value]
    return value


def _sign(sign: str) -> str:
    is_known = sign in "\n\u2014\u2013\u00a0" or (ord(sign) < _LATIN_ENDS and sign.isprintable())
    return sign if is_known else f"[U+{ord(sign):04X}]"
