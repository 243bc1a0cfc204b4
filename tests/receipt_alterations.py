"""Every way in which a receipt can be altered in one place: for the tests, and for the vectors in `vectors/receipt`."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

Path = tuple[str | int, ...]
BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def alterations(receipt: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The altered copies, each with the name of what was done to it."""
    for path, value in list(walk(receipt)):
        where = "/".join(map(str, path))
        for name, change in changes_of(value):
            altered = copy.deepcopy(receipt)
            parent = at(altered, path[:-1])
            parent[path[-1]] = change(parent[path[-1]])
            yield f"{where}: {name}", altered
        if path and isinstance(path[-1], str):
            altered = copy.deepcopy(receipt)
            del at(altered, path[:-1])[path[-1]]
            yield f"{where}: removed", altered
    yield from swaps(receipt)


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value inside with its path, outer ones first; the receipt itself is not among them."""
    if path:
        yield path, value
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, element in inner:
        yield from walk(element, (*path, name))


def at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def changes_of(value: Any) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    """What can be done to a value of this type."""
    if isinstance(value, bool):
        yield "turned round", lambda old: not old
    elif isinstance(value, int):
        yield "one more", lambda old: old + 1
        yield "one less", lambda old: old - 1
        yield "as text", str
    elif isinstance(value, str):
        yield "a character changed", other_character
        yield "shortened", lambda old: old[:-1] if old else "x"
        yield "lengthened", lambda old: f"{old}A"
    elif value is None:
        yield "present", lambda _: {}
    elif isinstance(value, dict):
        yield "a member added", lambda old: {**old, "note": "x"}
        yield "null", lambda _: None
    else:
        yield from changes_of_list(value)


def changes_of_list(value: list[Any]) -> Iterator[tuple[str, Callable[[Any], Any]]]:
    yield "an element added", lambda old: [*old, old[-1] if old else "x"]
    if value:
        yield "emptied", lambda _: []
        yield "the first left out", lambda old: old[1:]
        yield "the last left out", lambda old: old[:-1]
    if len(value) > 1 and value != value[::-1]:
        yield "turned round", lambda old: old[::-1]


def other_character(text: str) -> str:
    """The text with its middle character replaced by another of the same alphabet."""
    if not text:
        return "x"
    middle = len(text) // 2
    other = BASE64URL[(BASE64URL.find(text[middle]) + 1) % len(BASE64URL)]
    return text[:middle] + other + text[middle + 1 :]


def swaps(receipt: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Parts of one kind exchanged for one another."""
    same_kind: list[tuple[Path, Path]] = [
        (("accepted",), ("proven",)),
        (("accepted", "commit"), ("proven", "commit")),
        (("log", "root"), ("map", "root")),
        (("log", "index"), ("log", "entry")),
        (("place", "path"), ("log", "path")),
        (("pool", "root"), ("pool", "salt")),
        (("members", 0, "proof"), ("members", 1, "proof")),
        (("members", 0, "record"), ("members", 1, "record")),
        (("members", 0, "proof"), ("keys", 0, "proof")),
        (("keys", 0, "proof"), ("keys", 1, "proof")),
        (("keys", 0, "value"), ("keys", 1, "value")),
        (("changes", 0), ("changes", 1)),
        (("changes", 0, "validators"), ("changes", 1, "validators")),
        (("changes", 0, "header", "commit"), ("changes", 1, "header", "commit")),
        (("documents", 0, "salt"), ("documents", 0, "commitment")),
        (("documents", 0, "representations", 0, "content"), ("documents", 0, "representations", 1, "content")),
    ]
    for left, right in same_kind:
        altered = copy.deepcopy(receipt)
        try:
            first, second = at(altered, left), at(altered, right)
        except (KeyError, IndexError):
            continue
        if first != second:
            at(altered, left[:-1])[left[-1]], at(altered, right[:-1])[right[-1]] = second, first
            yield f"{'/'.join(map(str, left))} and {'/'.join(map(str, right))} exchanged", altered
