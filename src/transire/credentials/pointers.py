"""Select parts of a document by JSON pointers (RFC 6901; ECDSA Cryptosuites 3.4.10 to 3.4.13).

A selection keeps, of every object on the way, what names it: its id and its types. `Selection.origin` remembers which
object of the document each object of the selection came from, so that both get the same blank node.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from transire.credentials.errors import PointerUnmatched

MAX_POINTERS: Final = 1_024
"""Pointers of one request."""

# What says which thing an object is, and what its words mean, goes with every part of it.
_NAMING: Final = frozenset({"@context", "id", "@id", "type", "@type"})

_Path = tuple[str | int, ...]


def read_pointer(pointer: object) -> list[str]:
    """The steps of a pointer; `~1` is a slash and `~0` a tilde.

    >>> read_pointer("/credentialSubject/goods/0/a~1b")
    ['credentialSubject', 'goods', '0', 'a/b']
    """
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise PointerUnmatched(expected="a JSON pointer", got=repr(pointer)[:120])
    steps = pointer.split("/")[1:]
    if any("~" in step.replace("~0", "").replace("~1", "") for step in steps):
        raise PointerUnmatched(expected="~0 or ~1 after a tilde", got=repr(pointer)[:120])
    return [step.replace("~1", "/").replace("~0", "~") for step in steps]


def path_of(document: Any, pointer: object) -> tuple[str | int, ...]:
    """The place that a pointer names in a document, its numbers as numbers.

    >>> path_of({"goods": [{"price": "1"}]}, "/goods/0/price")
    ('goods', 0, 'price')
    """
    path: _Path = ()
    value = document
    for step in read_pointer(pointer):
        key = _step_into(value, step, pointer)
        value, path = value[key], (*path, key)
    return path


class Selection:
    """The parts of one document that pointers name."""

    def __init__(self, document: Mapping[str, Any], pointers: Sequence[object]) -> None:
        if len(pointers) > MAX_POINTERS:
            raise PointerUnmatched(expected=f"at most {MAX_POINTERS} pointers", got=len(pointers))
        self.origin: dict[int, int] = {}
        self._wanted: dict[_Path, bool] = {}
        for pointer in pointers:
            self._want(document, pointer)
        self.document: dict[str, Any] = self._taken(document, ()) if pointers else {}

    def _want(self, document: Any, pointer: object) -> None:
        """Note every place on the way, and that the last one is wanted whole."""
        path = path_of(document, pointer)
        for length in range(len(path)):
            self._wanted.setdefault(path[:length], False)
        self._wanted[path] = True

    def _taken(self, value: Any, path: _Path) -> Any:
        if self._wanted[path] or not isinstance(value, dict | list):
            return value
        if isinstance(value, list):
            return [self._taken(item, (*path, i)) for i, item in enumerate(value) if (*path, i) in self._wanted]
        chosen = {
            name: self._taken(member, (*path, name)) if (*path, name) in self._wanted else member
            for name, member in value.items()
            if name in _NAMING or (*path, name) in self._wanted
        }
        self.origin[id(chosen)] = id(value)
        return chosen


def _step_into(value: Any, step: str, pointer: object) -> str | int:
    if isinstance(value, dict) and step in value:
        return step
    # RFC 6901 section 4: an index has no leading zero.
    if isinstance(value, list) and step.isascii() and step.isdecimal() and (step == "0" or step[0] != "0"):
        index = int(step[:9])
        if index < len(value):
            return index
    raise PointerUnmatched(expected="a pointer to a part of the credential", got=repr(pointer)[:120])
