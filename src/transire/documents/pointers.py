"""JSON Pointers (RFC 6901) into a document, for those who look up many of them."""

from __future__ import annotations

from typing import Any, Final

_NOTHING: Final = object()
_DIGITS: Final = 10
"""Indices of fewer digits: a hostile one of thousands would be no number for Python."""


class Places:
    """The places of one document. What stands around a place is looked up once, as most of them have neighbours.

    >>> places = Places({"lines": [{"a/b": 1}]})
    >>> places.has("/lines/0/a~1b"), places.has("/lines/1"), places.has("")
    (True, False, True)
    """

    def __init__(self, document: Any) -> None:
        self._document = document
        self._around: dict[str, Any] = {}

    def has(self, pointer: str) -> bool:
        """Whether a pointer leads to something."""
        above, slash, part = pointer.rpartition("/")
        if not slash:
            return pointer == ""
        if above not in self._around:
            self._around[above] = self._at(above)
        return _within(self._around[above], part) is not _NOTHING

    def _at(self, pointer: str) -> Any:
        found = self._document
        for part in pointer.split("/")[1:]:
            found = _within(found, part)
        return found


def _within(value: Any, part: str) -> Any:
    if isinstance(value, list):
        is_index = part.isdecimal() and len(part) < _DIGITS
        return value[int(part)] if is_index and int(part) < len(value) else _NOTHING
    if isinstance(value, dict):
        return value.get(part.replace("~1", "/").replace("~0", "~") if "~" in part else part, _NOTHING)
    return _NOTHING
