"""Reading the target of a change: the goods that a rule, or one alternative of it, speaks of."""

from __future__ import annotations

import re
from typing import Final

from transire.origin.rule.read_codes import LEVEL, read_bare_code, read_codes
from transire.origin.rule.read_goods import NO_NAME, masked
from transire.origin.rule.scan import Cursor
from transire.origin.rule.tree import Goods

_I: Final = re.IGNORECASE | re.ASCII
_TARGET_LESS: Final = re.compile(
    r"(?:other than|except) (?:a change )?(?:to )?(?P<less>.+?)"
    r"(?=, which |, (?:of|in|under) (?:(?:sub)?heading|chapter|tariff)|$)",
    _I,
)
_TARGET_CODES: Final = re.compile(rf"(?:(?:^|,? )(?:classified )?(?:of|in|under) |^)(?=(?:any of )?{LEVEL}s? \d)", _I)
_OTHER_TARGET: Final = re.compile(
    r"any other (?:(?:goods?|products?|tariff items?)(?: of(?: any of)?| in| within)?(?: |$))?", _I
)
_ANY_TARGET: Final = re.compile(r"(?:(?:a|any|the) (?:good|product)|goods)(?: classified)? (?:of|in) ", _I)
_FURTHER: Final = re.compile(r",? (?:of a kind|other than|except|which|for) ", _I)
_FROM_STRONG: Final = re.compile(
    r",? from (?=any (?:other )?(?:(?:sub)?heading|chapter|tariff item|good|product)|within |[a-z ]+ of that \w+|"
    r"(?:(?:sub)?heading|chapter|tariff item)s? \d|more than one of)",
    _I,
)
_FROM: Final = re.compile(r",? from ", _I)
_HAS_CODE: Final = re.compile(r"(?:heading|chapter|tariff item)s? \d", _I)


def cut_target(words: str) -> tuple[str, str]:
    """The target, and what follows its "from": the first one behind codes, or before a source that cannot be words."""
    plain = masked(words)
    strong = _FROM_STRONG.search(plain)
    last = len(plain) if strong is None else strong.start()
    # "from toys of heading 9503 or from any other heading": that one goes on with a list that has begun before it.
    begins = [one for one in _FROM.finditer(plain, 0, last + 7) if not plain.endswith((" or", " and"), 0, one.start())]
    behind = [one for one in begins if one.start() == last or _HAS_CODE.search(plain, 0, one.start())]
    first = next(iter(behind or begins), None)
    if first is None:
        raise Cursor(words).refuse('"from" and a source')
    return words[: first.start()], words[first.end() :]


def read_target(text: str) -> Goods:
    """The goods that a change is to.

    >>> read_target("any other good of subheading 2811.29").other
    True
    """
    cursor = Cursor(text.strip(" ,"))
    other = cursor.take(_OTHER_TARGET) is not None
    if not other:
        cursor.take(_ANY_TARGET)
    text = cursor.rest
    chosen = _target_codes(text)
    if chosen is None and not other and text[:4].isdigit():
        bare = Cursor(text)
        codes = read_bare_code(bare)
        bare.finish("the goods that the change is to")
        return Goods(codes=codes)
    if chosen is None:
        if not text.strip(" ,") and not other:
            raise cursor.refuse("the goods that the change is to")
        return Goods(words=_name(cursor, text), other=other)
    start, cursor = chosen
    codes = read_codes(cursor)
    words, rest = _name(cursor, text[:start]), cursor.rest.strip(" ,;")
    less, which = _taken_out(rest)
    if which in ("or", "and") or which.startswith(".") or "is required" in which or " from any other " in which:
        raise cursor.refuse("the goods that the change is to")
    return Goods(words=words, codes=codes, which=which, other=other, less=less)


def _name(cursor: Cursor, words: str) -> str:
    name = words.strip(" ,")
    if NO_NAME.search(name):
        raise cursor.refuse("the goods that the change is to")
    return name


def _taken_out(rest: str) -> tuple[tuple[Goods, ...], str]:
    """ "other than smoked goods of heading 0305" behind the codes, and what follows it."""
    match = _TARGET_LESS.match(rest)
    if match is None:
        return (), rest
    less = read_target(match["less"])
    if less.which or less.less:
        less = Goods(words=match["less"])
    return (less,), rest[match.end() :].strip(" ,")


def _target_codes(text: str) -> tuple[int, Cursor] | None:
    """Where the codes of the target stand, if it has several lists: the last, unless a description follows the first.

    "drive-axles for vehicles of heading 87.03, of subheading 8708.50" is of subheading 8708.50; "hoses of subheading
    4009.12, of a kind for use in a motor vehicle of heading 87.11" is of subheading 4009.12.
    """
    found = []
    for match in _TARGET_CODES.finditer(masked(text)):
        cursor = Cursor(text)
        cursor.at = match.end()
        found.append((match.start(), cursor))
        ahead = Cursor(text)
        ahead.at = match.end()
        read_codes(ahead)
        if ahead.sees(_FURTHER):
            break
    return found[-1] if found else None
