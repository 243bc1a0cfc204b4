"""Reading what the origin engine is asked: JSON into types, every refusal naming the member.

Two steps. The decoder refuses unknown and missing members and wrong types; amounts, shares and codes are texts to it.
Whoever computes with a text reads it through `amount_at` or `share_at`, which name the member too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, Final, TypeVar

import msgspec
import msgspec.inspect

from transire.errors import TransireError
from transire.origin.amounts import read_decimal
from transire.origin.case import Case
from transire.origin.errors import (
    AmountMalformed,
    AmountNegative,
    CaseInvalid,
    MemberTwice,
    ScheduleInvalid,
    ShareTooLarge,
)

MAX_CASE_BYTES: Final = 16_000_000
"""One case: a bill of a hundred thousand materials fits."""

ONE: Final = Decimal(1)

_AT: Final = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>\$[^`]*)`)?$", re.DOTALL)
_COUNTRY: Final = re.compile(r"[A-Z]{2}", re.ASCII)
_STEP: Final = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")

_Asked = TypeVar("_Asked", bound=msgspec.Struct)


def read_case(raw: bytes | str) -> Case:
    """Decode one case; its amounts and codes are not looked at yet.

    >>> read_case('{"agreement": "usmca", "import_date": "2026-01-15", "good": {"tariff": "8414.51"}}').good.tariff
    '8414.51'
    """
    return _read(raw, Case, CaseInvalid)


class _Named(msgspec.Struct):
    case: str | None = None


def name_of_case(raw: bytes | str) -> str | None:
    """The name of a case that may be wrong in everything else.

    >>> name_of_case('{"case": "one", "agreement": 7}')
    'one'
    """
    try:
        named: _Named = _decoder(_Named).decode(raw)
        return named.case
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def read_schedule(raw: bytes | str, kind: type[_Asked]) -> _Asked:
    """Decode the input of one of the schedules' calculations."""
    return _read(raw, kind, ScheduleInvalid)


def amount_at(text: str, where: str) -> Decimal:
    """The amount that a member states.

    >>> amount_at("12.50", "/costs/product")
    Decimal('12.50')
    """
    value = read_decimal(text)
    if value is None:
        raise AmountMalformed(got=repr(text)[:60], where=where)
    if value.is_signed() and value != 0:
        raise AmountNegative(got=text, where=where)
    return abs(value)


def share_at(text: str, where: str) -> Decimal:
    """The share, from 0 to 1, that a member states."""
    value = amount_at(text, where)
    if value > ONE:
        raise ShareTooLarge(got=text, expected="at most 1", where=where)
    return value


def percent_at(text: str, where: str) -> Decimal:
    """The percentage, from 0 to 100, that a member states."""
    value = amount_at(text, where)
    if value > 100:
        raise ShareTooLarge(got=text, expected="at most 100", where=where)
    return value


@lru_cache(maxsize=1024)
def is_country(text: str) -> bool:
    """Whether a text is a country as ISO 3166 writes it: two capital letters.

    >>> is_country("MX"), is_country("mx"), is_country("Mexico")
    (True, False, False)
    """
    return _COUNTRY.fullmatch(text) is not None


def check_country(text: str | None, where: str) -> None:
    """Refuse a country that is not written as ISO 3166 writes it: it would be taken for one that is no party."""
    if text is not None and not is_country(text):
        raise CaseInvalid(got=repr(text)[:40], expected="two capital letters of ISO 3166, such as MX", where=where)


def pointer(path: str) -> str:
    """A path as msgspec writes it, as a JSON pointer.

    >>> pointer("$.materials[0].value")
    '/materials/0/value'
    """
    steps = (match[1] or match[2] for match in _STEP.finditer(path))
    return "".join(f"/{step}" for step in steps)


def _read(raw: bytes | str, kind: type[_Asked], refusal: type[TransireError]) -> _Asked:
    if len(raw) > MAX_CASE_BYTES:
        raise refusal(got=f"{len(raw)} bytes", expected=f"at most {MAX_CASE_BYTES}")
    try:
        decoded: _Asked = _decoder(kind).decode(raw)
        _require_members_once(raw, decoded)
    except msgspec.ValidationError as error:
        raise _told(error, kind, refusal) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise refusal(got=str(error), expected="one JSON object in UTF-8") from None
    except RecursionError:
        raise refusal(got="nesting without end", expected="a bill of materials of a few levels") from None
    return decoded


def _require_members_once(raw: bytes | str, decoded: msgspec.Struct) -> None:
    """Refuse an object with two members of one name; the decoder would take the last one in silence.

    Encoded again, a text has as many colons as before, unless a member was dropped: one that stood twice, or that said
    no more than its absence. Only then, or where a colon may hide behind an escape, is it read member by member.
    """
    colon, escape = (":", "\\u") if isinstance(raw, str) else (b":", b"\\u")
    colons, hidden = raw.count(colon), escape in raw  # type: ignore[arg-type, operator]
    if not hidden and colons == msgspec.json.encode(decoded).count(b":"):
        return
    if hidden or colons != msgspec.json.encode(msgspec.json.decode(raw)).count(b":"):
        _require_once(json.loads(raw, object_pairs_hook=_Members), "")


class _Members(list[tuple[str, Any]]):
    """The members of an object as they stand, those of one name included."""


def _require_once(value: Any, where: str) -> None:
    if isinstance(value, _Members):
        seen: set[str] = set()
        for name, inner in value:
            place = f"{where}/{name.replace('~', '~0').replace('/', '~1')}"
            if name in seen:
                raise MemberTwice(got=f"two members {name}"[:80], expected="one", where=place)
            seen.add(name)
            _require_once(inner, place)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            _require_once(inner, f"{where}/{at}")


def _told(error: msgspec.ValidationError, kind: type[msgspec.Struct], refusal: type[TransireError]) -> TransireError:
    match = _AT.match(str(error))
    assert match is not None
    what, where = match["what"], pointer(match["path"] or "")
    if (unknown := re.fullmatch(r"Object contains unknown field `(.*)`", what)) is not None:
        return refusal(got=f"the unknown member {unknown[1]}", where=f"{where}/{unknown[1]}")
    if (absent := re.fullmatch(r"Object missing required field `(.*)`", what)) is not None:
        return refusal(got="nothing", expected=f"the member {absent[1]}", where=f"{where}/{absent[1]}")
    if (typed := re.fullmatch(r"Expected `(.*)`, got `(.*)`", what)) is not None:
        number_for_text = typed[2] in ("int", "float") and "str" in typed[1]
        expected = 'a text; amounts and codes too are texts, such as "38.00"' if number_for_text else typed[1]
        return refusal(got=typed[2], expected=expected, where=where or None)
    if (chosen := re.fullmatch(r"Invalid enum value (.*)", what)) is not None:
        return refusal(got=chosen[1], expected=" or ".join(_choices(kind, where)) or None, where=where or None)
    if what == "Invalid RFC3339 encoded date":
        return refusal(got="another text", expected="a day, such as 2026-11-20", where=where or None)
    return refusal(got=what, where=where or None)


def _choices(kind: object, where: str) -> tuple[str, ...]:
    """The words that a member takes, by its place in what is decoded; empty where it takes any."""
    found: list[msgspec.inspect.Type] = [msgspec.inspect.type_info(kind)]
    for step in where.split("/")[1:]:
        found = [inner for one in found for inner in _inside(one, step)]
    literals = [one for one in _alternatives(found) if isinstance(one, msgspec.inspect.LiteralType)]
    return tuple(str(value) for one in literals for value in one.values)


def _inside(kind: msgspec.inspect.Type, step: str) -> Iterator[msgspec.inspect.Type]:
    """The types of a member of a struct, or of what a list or an object holds."""
    for one in _alternatives([kind]):
        if isinstance(one, msgspec.inspect.StructType):
            yield from (field.type for field in one.fields if field.encode_name == step)
        elif isinstance(one, msgspec.inspect.CollectionType | msgspec.inspect.VarTupleType):
            yield one.item_type
        elif isinstance(one, msgspec.inspect.DictType):
            yield one.value_type


def _alternatives(kinds: Iterable[msgspec.inspect.Type]) -> Iterator[msgspec.inspect.Type]:
    for one in kinds:
        if isinstance(one, msgspec.inspect.UnionType):
            yield from one.types
        elif isinstance(one, msgspec.inspect.Metadata):
            yield from _alternatives([one.type])
        else:
            yield one


@cache
def _decoder(kind: type[_Asked]) -> msgspec.json.Decoder[_Asked]:
    return msgspec.json.Decoder(kind)
