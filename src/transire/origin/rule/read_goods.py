"""Reading goods: the target of a change, and the sources from which materials may or may not come."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache
from typing import Final, Literal

from transire.origin.rule.codes import CodeRange
from transire.origin.rule.read_codes import BARE_AHEAD, LEVEL, LEVEL_WORD, read_bare_code, read_codes
from transire.origin.rule.scan import Cursor, depth_zero
from transire.origin.rule.tree import AnyOther, Goods, Here, Several, Source

_I: Final = re.IGNORECASE | re.ASCII
_ANY_OTHER: Final = re.compile(rf"(?:any (?P<other>other )?|(?P<another>another ))(?P<level>{LEVEL})\b(?! \d)", _I)
_WITHIN_THAT: Final = re.compile(rf"within th(?:at|is) (?P<level>{LEVEL})\b", _I)
_WITHIN_CODES: Final = re.compile(rf"within (?={LEVEL}s? \d)", _I)
_INCLUDING: Final = re.compile(
    rf",? including (?:another|any other|any|a) (?:{LEVEL}) within (?P<that>that group)?", _I
)
_OUTSIDE: Final = re.compile(r" outside that group", _I)
_INSIDE: Final = re.compile(r" within that group", _I)
_LIMIT: Final = re.compile(rf" within (?={LEVEL}s? \d)", _I)
_MORE_THAN_ONE: Final = re.compile(r"more than one of the following: ?", _I)
_THE_FOLLOWING: Final = re.compile(r"the following: ?(?=[-\u2014] )", _I)
_BOTH: Final = re.compile(r"a combination of both:? ?", _I)
_PART: Final = re.compile(r"[,;]?(?: or| and)? ?(?:[-\u2014] |\([a-z]\) )", _I)
_GOODS_OF: Final = re.compile(
    rf"(?:(?:a|any|the) )?(?:good|goods|product|products) (?:classified )?(?:of|in) (?=(?:any of )?{LEVEL}s? \d)", _I
)
_OF_CODES: Final = rf"(?: (?:of|in|within) (?=(?:any of )?(?:that |this )?{LEVEL}|\d{{4}}))?"
_OTHER_GOODS: Final = re.compile(rf"(?:any )?other (?:goods?|products?|tariff items?)\b{_OF_CODES}", _I)
_OTHER: Final = re.compile(rf"any other (?!{LEVEL}\b)(?=\S)", _I)
_HERE: Final = re.compile(rf"th(?:at|is) (?P<level>{LEVEL})\b(?! \d)", _I)
_OF: Final = re.compile(
    rf",?(?: classified)? (?:of|in|under) (?=(?:any of )?(?:{LEVEL}s? \d|th(?:at|is) {LEVEL}\b))", _I
)
_BARE_OF: Final = re.compile(r" of (?=\d{4}\.\d{2}\b|\d{4}\b)", _I)
_NEXT_SOURCE: Final = re.compile(
    rf"(?:, or|, and|,| or| and)(?: from)? (?=any (?:other )?{LEVEL}\b|(?:any )?other (?:good|product)s?\b|within |"
    rf"more than one of|{LEVEL}s? \d|assemblies )|(?:, or|, and| or| and) from ",
    _I,
)
_JOINT: Final = re.compile(
    r"(?:,? including(?= from)|, or from|, and from| or from| and from|, or|, and| or| and|,) ?", _I
)
_LEVELS: Final = ("heading", "subheading", "chapter")
_FROM: Final = re.compile(r"from ", _I)
# Words of the grammar: goods whose name holds them were not cut where they end.
NO_NAME: Final = re.compile(
    r"^(?:or|and|of|on|in|to|by|when|where|with|if|from|except|that)\b|\bprovided (?:that|there)|\bregional value|"
    r"\btariff classification|\bexcept from\b|\b[aA] change (?:to|from)\b|"
    r"\bfrom any other (?:chapter|heading|subheading|tariff)",
    re.ASCII,
)
_NOTE_CODES: Final = re.compile(r"Notes? \d+(?:\([A-Z]\))? (?:of|to) [Cc]hapter \d+", re.ASCII)
_WHICH: Final = re.compile(
    r",? (?=which|of a kind|other than|when|that |specified|not |containing|having|if |put up|with |as )|"
    r" (?=[a-z(\"])(?!or\b|and\b|from\b)",
    _I,
)
# Descriptions behind codes whose end is sure, so that further goods may follow.
_CLOSED: Final = re.compile(
    rf"specified in Note \d+ (?:of|to) Chapter \d+|other than .+? would be classified in {LEVEL}s? "
    r"(?:\d\d\.?\d\d(?:, | or )?)+(?<=\d)",
    _I,
)


@lru_cache(maxsize=256)
def masked(text: str) -> str:
    """The text with brackets, quotes and references to notes masked, for finding where goods end."""
    if "Note" in text:
        text = _NOTE_CODES.sub(lambda match: "_" * len(match[0]), text)
    return depth_zero(text)


def level_of(word: str) -> Literal["chapter", "heading", "subheading", "item"]:
    return LEVEL_WORD[word.lower()]


def read_sources(text: str) -> tuple[Source, ...]:
    """The sources in a list: "sulphur dioxide of subheading 2811.29 or any other subheading"."""
    cursor, found = Cursor(text), list[Source]()
    cursor.take(_FROM)
    while True:
        if cursor.take(_THE_FOLLOWING):
            while cursor.take(_PART):
                found.append(_goods(cursor))
        else:
            found.append(read_source(cursor))
        if not cursor.rest.strip(" ,;."):
            return tuple(found)
        if cursor.take(_JOINT) is None:
            raise cursor.refuse("a further source, or the end of the sources")
        cursor.take(_FROM)


def read_source(cursor: Cursor) -> Source:
    """One source."""
    for reader in (_any_other, _here, _several):
        found = reader(cursor)
        if found is not None:
            return found
    return _goods(cursor)


def _any_other(cursor: Cursor) -> Source | None:
    match = cursor.take(_ANY_OTHER)
    if match is None:
        return None
    group: Literal["including", "outside", "inside"] | None = None
    group_codes: tuple[CodeRange, ...] = ()
    within: tuple[CodeRange, ...] = ()
    while True:
        if (including := cursor.take(_INCLUDING)) is not None:
            group, group_codes = "including", () if including["that"] else read_codes(cursor)
        elif cursor.take(_OUTSIDE):
            group = "outside"
        elif cursor.take(_INSIDE):
            group = "inside"
        elif cursor.take(_LIMIT):
            within += read_codes(cursor)
        else:
            break
    other = match["other"] is not None or match["another"] is not None or group == "outside"
    level = level_of(match["level"])
    return AnyOther(level=level, group=group, group_codes=group_codes, within=within, other=other)


def _here(cursor: Cursor) -> Source | None:
    match = cursor.take(_WITHIN_THAT)
    if match is not None:
        return Here(level=level_of(match["level"]))
    return Goods(codes=read_codes(cursor)) if cursor.take(_WITHIN_CODES) else None


def _several(cursor: Cursor) -> Source | None:
    both = cursor.take(_BOTH)
    if both is None and cursor.take(_MORE_THAN_ONE) is None:
        return None
    parts = []
    while cursor.take(_PART):
        part = _goods(cursor)
        parts.append(part)
    if len(parts) < 2:
        raise cursor.refuse("the parts of the list")
    return Several(parts=tuple(parts), how="both" if both else "more_than_one")


def _goods(cursor: Cursor) -> Goods:
    """Goods by codes, by words, or both."""
    if cursor.take(_OTHER_GOODS):
        return _after(cursor, _codes_or_here(cursor, words="", other=True))
    cursor.take(_GOODS_OF)
    codes = read_codes(cursor)
    if codes:
        return _after(cursor, Goods(codes=codes))
    if cursor.sees(BARE_AHEAD):
        return _after(cursor, Goods(codes=read_bare_code(cursor)))
    begin, other = cursor.at, cursor.take(_OTHER) is not None
    named = _worded(cursor)
    if other and get_close_matches(named.words.partition(" ")[0].lower(), _LEVELS, cutoff=0.8):
        cursor.at = begin  # "any other headin" names no goods, and is not taken for a heading either
        raise cursor.refuse("heading, subheading, chapter or tariff item, as it is spelled")
    return _after(cursor, Goods(words=named.words, codes=named.codes, here=named.here, other=other))


def _worded(cursor: Cursor) -> Goods:
    """Goods that words name: up to the codes they belong to, to the next source, or to the end."""
    plain = masked(cursor.text)
    ends = [match for match in (_OF.search(plain, cursor.at), _BARE_OF.search(plain, cursor.at)) if match]
    following = _NEXT_SOURCE.search(plain, cursor.at)
    first = min(ends, key=lambda match: match.start(), default=None)
    if first is None or (following is not None and following.start() < first.start()):
        end = following.start() if following is not None else len(cursor.text)
        return Goods(words=_words(cursor, end))
    begin = cursor.at
    words = _words(cursor, first.start())
    cursor.at = first.end()
    goods = _codes_or_here(cursor, words=words, other=False)
    # "parts of the machines of subheading 8443.31 of subheading 8443.99": the codes at the end are those of the parts.
    while goods.codes and (again := _OF.match(plain, cursor.at)) is not None:
        words = cursor.text[begin : again.start()].strip(" ,")
        cursor.at = again.end()
        goods = _codes_or_here(cursor, words=words, other=False)
    return goods


def _words(cursor: Cursor, end: int) -> str:
    begin = cursor.at
    words = cursor.until(end).strip(" ,;.")
    if not words or NO_NAME.search(words):
        cursor.at = begin
        raise cursor.refuse("goods by their name or their code")
    return words


def _codes_or_here(cursor: Cursor, *, words: str, other: bool) -> Goods:
    match = cursor.take(_HERE)
    if match is not None:
        return Goods(words=words, here=level_of(match["level"]), other=other)
    return Goods(words=words, codes=read_codes(cursor) or read_bare_code(cursor), other=other)


def _after(cursor: Cursor, goods: Goods) -> Goods:
    """The goods with what follows their codes and still describes them."""
    if not (goods.codes or goods.here) or not cursor.take(_WHICH):
        return goods
    plain = masked(cursor.text)
    closed = _CLOSED.match(cursor.text, cursor.at)
    following = _NEXT_SOURCE.search(plain, cursor.at)
    end = closed.end() if closed else following.start() if following else len(cursor.text)
    if cursor.text.startswith("when that change", cursor.at):
        raise cursor.refuse("a further source, not a circumstance")
    words = cursor.until(end).strip(" ,;.")
    return Goods(words=goods.words, codes=goods.codes, which=words, other=goods.other, here=goods.here)
