"""JSON pointers (RFC 6901) into a draft: read a field, or make a copy with one field set."""

from __future__ import annotations

from typing import Any

from transire.desk.errors import FieldUnknown


def value_at(content: Any, pointer: str) -> Any:
    """The value at a pointer.

    >>> value_at({"lines": [{"value": "12.00"}]}, "/lines/0/value")
    '12.00'
    """
    found = content
    for token in _tokens(pointer):
        found = _member(found, token, pointer)
    return found


def with_value(content: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """A copy with the value set: a last member that is absent is added, `-` appends to a list.

    >>> with_value({"lines": []}, "/lines/-", {"value": "12.00"})
    {'lines': [{'value': '12.00'}]}
    """
    tokens = _tokens(pointer)
    if not tokens:
        raise FieldUnknown(got=repr(pointer))
    changed: dict[str, Any] = _set(content, tokens, value, pointer)
    return changed


def _tokens(pointer: str) -> list[str]:
    if pointer and not pointer.startswith("/"):
        raise FieldUnknown(got=repr(pointer))
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def _member(found: Any, token: str, pointer: str) -> Any:
    if isinstance(found, dict) and token in found:
        return found[token]
    if isinstance(found, list) and token in map(str, range(len(found))):
        return found[int(token)]
    raise FieldUnknown(got=pointer)


def _set(found: Any, tokens: list[str], value: Any, pointer: str) -> Any:
    first, rest = tokens[0], tokens[1:]
    if isinstance(found, list) and first == "-" and not rest:
        return [*found, value]
    if isinstance(found, dict) and not rest:
        return found | {first: value}
    inner = _member(found, first, pointer)
    changed = _set(inner, rest, value, pointer) if rest else value
    if isinstance(found, dict):
        return found | {first: changed}
    return [*found[: int(first)], changed, *found[int(first) + 1 :]]
