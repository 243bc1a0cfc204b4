"""What two versions of a document say differently, field by field. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec


class Change(msgspec.Struct, frozen=True):
    """A field that two versions say differently; None where one does not say it at all."""

    pointer: str
    old: str | None
    new: str | None


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """What two versions say differently, field by field.

    >>> differences({"a": "1", "b": ["x"]}, {"a": "2", "b": ["x", "y"]})
    [Change(pointer='/a', old='1', new='2'), Change(pointer='/b/1', old=None, new='y')]
    """
    before, after = dict(leaves(old)), dict(leaves(new))
    places = [*before, *(place for place in after if place not in before)]
    return [
        Change(place, before.get(place), after.get(place)) for place in places if before.get(place) != after.get(place)
    ]


MOST_LEVELS: Final = 32
"""Deeper than any document of the catalogue; what comes from outside is looked at before it is walked."""


def is_deep(value: Any) -> bool:
    """Whether a JSON value has more levels than any document: asked without going down by recursion.

    >>> is_deep({"a": [{"b": 1}]})
    False
    """
    level = [value]
    for _ in range(MOST_LEVELS):
        level = [
            inner
            for each in level
            for inner in (
                each.values() if isinstance(each, Mapping) else each if isinstance(each, list | tuple) else ()
            )
        ]
        if not level:
            return False
    return True


def leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Every scalar of a JSON value with its pointer, as text."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from leaves(inner, f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}")
    elif isinstance(value, list | tuple):
        for place, inner in enumerate(value):
            yield from leaves(inner, f"{pointer}/{place}")
    elif isinstance(value, bool):
        yield pointer, "true" if value else "false"
    elif value is not None:
        yield pointer, str(value)
