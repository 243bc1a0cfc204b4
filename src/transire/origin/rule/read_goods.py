"""Reading goods: the target of a change, and the sources from which materials may or may not come."""

from __future__ import annotations

import re
from typing import Final, Literal

from transire.origin.rule.codes import CodeRange
from transire.origin.rule.read_codes import BARE_AHEAD, CODES_AHEAD, LEVEL, LEVEL_WORD, read_bare_code, read_codes
from transire.origin.rule.scan import Cursor, depth_zero
from transire.origin.rule.tree import AnyOther, Circumstance, Excluded, From, Goods, Here, Several, Source

_I: Final = re.IGNORECASE | re.ASCII
_ANY_OTHER: Final = re.compile(rf"any (?P<other>other )?(?P<level>{LEVEL})\b(?! \d)", _I)
_WITHIN_THAT: Final = re.compile(rf"within th(?:at|is) (?P<level>{LEVEL})\b", _I)
_WITHIN_CODES: Final = re.compile(rf"within (?={LEVEL}s? \d)", _I)
_INCLUDING: Final = re.compile(
    rf",? including (?:another|any other|any|a) (?:{LEVEL}) within (?P<that>that group)?", _I
)
_OUTSIDE: Final = re.compile(r" outside that group", _I)
_INSIDE: Final = re.compile(r" within that group", _I)
_LIMIT: Final = re.compile(rf" within (?={LEVEL}s? \d)", _I)
_MORE_THAN_ONE: Final = re.compile(r"more than one of the following: ?", _I)
_BOTH: Final = re.compile(r"a combination of both:? ?", _I)
_PART: Final = re.compile(r"[,;]?(?: or| and)? ?(?:[-—] |\([a-z]\) )", _I)
_COMBINATIONS: Final = re.compile(r",? or combinations thereof", _I)
_GOODS_OF: Final = re.compile(
    rf"(?:(?:a|any|the) )?(?:good|goods|product|products) (?:classified )?(?:of|in) (?=(?:any of )?{LEVEL}s? \d)", _I
)
_OTHER_GOODS: Final = re.compile(
    rf"(?:any )?other (?:goods?|products?|tariff items?)\b(?: (?:of|in|within) (?=(?:any of )?(?:that |this )?{LEVEL}|\d{{4}}))?",
    _I,
)
_HERE: Final = re.compile(rf"th(?:at|is) (?P<level>{LEVEL})\b(?! \d)", _I)
_OF: Final = re.compile(
    rf",?(?: classified)? (?:of|in|under) (?=(?:any of )?(?:{LEVEL}s? \d|th(?:at|is) {LEVEL}\b))", _I
)
_BARE_OF: Final = re.compile(r" of (?=\d{4}\.\d{2}\b|\d{4}\b)", _I)
_NEXT_SOURCE: Final = re.compile(
    rf"(?:, or|, and|,| or| and)(?: from)? (?=any (?:other )?{LEVEL}\b|(?:any )?other (?:good|product)s?\b|within |"
    rf"more than one of|{LEVEL}s? \d|assemblies )",
    _I,
)
_JOINT: Final = re.compile(r"(?:,? including(?= from)|, or from|, and from| or from| and from|, or|, and| or| and|,) ?", _I)
_FROM: Final = re.compile(r"from ", _I)
_NOTE_CODES: Final = re.compile(r"Notes? \d+(?:\([A-Z]\))? (?:of|to) Chapter \d+", _I)
_WHICH: Final = re.compile(
    r",? (?=which|of a kind|other than|when|that |specified|not |containing|having|if |put up|with |as )|"
    r" (?=[a-z(\"])(?!or\b|and\b|from\b)",
    _I,
)
_BY_ASSEMBLY: Final = r"(?:resulting from|(?:the|that) change is the result of) (?:a )?simple assembly"
_BY_GRI: Final = r"th(?:at|e) change is pursuant to General Rule of Interpretation 2\(a\)"
_CIRCUMSTANCE: Final = re.compile(
    rf",? (?P<joint>when|unless|if) (?:(?P<assembly>{_BY_ASSEMBLY})|(?P<gri>{_BY_GRI})|(?P<stated>.+))$", _I
)


def masked(text: str) -> str:
    """The text with brackets, quotes and references to notes masked, for finding where goods end."""
    return depth_zero(_NOTE_CODES.sub(lambda match: "_" * len(match[0]), text))


def level_of(word: str) -> Literal["chapter", "heading", "subheading", "item"]:
    return LEVEL_WORD[word.lower()]


def read_circumstance(text: str) -> tuple[str, Circumstance | None]:
    """The text before a circumstance at its end, and the circumstance.

    >>> read_circumstance("heading 8544 when resulting from a simple assembly")
    ('heading 8544', Circumstance(kind='simple_assembly', words='', unless=False))
    """
    match = _CIRCUMSTANCE.search(text)
    if match is None:
        return text, None
    unless = match["joint"].lower() == "unless"
    if match["assembly"]:
        found = Circumstance(kind="simple_assembly", unless=unless)
    elif match["gri"]:
        found = Circumstance(kind="gri_2a", unless=unless)
    else:
        found = Circumstance(kind="stated", words=match["stated"].strip(" ,"), unless=unless)
    return text[: match.start()], found


def read_sources(text: str) -> tuple[Source, ...]:
    """The sources in a list: "sulphur dioxide of subheading 2811.29 or any other subheading"."""
    cursor, found = Cursor(text), list[Source]()
    cursor.take(_FROM)
    while True:
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
    other = match["other"] is not None or group == "outside"
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
    return _after(cursor, _worded(cursor))


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
    words = cursor.until(end).strip(" ,;.")
    if not words:
        raise cursor.refuse("a material")
    return words


def _codes_or_here(cursor: Cursor, *, words: str, other: bool) -> Goods:
    match = cursor.take(_HERE)
    if match is not None:
        return Goods(words=words, here=level_of(match["level"]), other=other)
    return Goods(words=words, codes=read_codes(cursor) or read_bare_code(cursor), other=other)


def _after(cursor: Cursor, goods: Goods) -> Goods:
    """The goods with what follows their codes and still describes them."""
    if not goods.codes or not cursor.take(_WHICH):
        return goods
    following = _NEXT_SOURCE.search(masked(cursor.text), cursor.at)
    words = _words(cursor, following.start() if following is not None else len(cursor.text))
    return Goods(words=goods.words, codes=goods.codes, which=words, other=goods.other, here=goods.here)


_SEGMENT: Final = re.compile(r",? (?:or|and) (?:except )?(?=from )|, (?=from )", _I)
_TO_FROM: Final = re.compile(r"(?:(?:for )?(?:a )?changes? )?to (?P<target>.+?),? from (?P<source>.+)$", _I)
_FROM_TO: Final = re.compile(r"(?:for )?(?:a )?changes? from (?P<source>.+?),? to (?P<target>.+)$", _I)
_CHANGE_FROM: Final = re.compile(r"(?:for )?(?:a )?changes? (?=from )", _I)
_COMBINED: Final = re.compile(r",? or combinations thereof$", _I)


def read_excluded(text: str) -> tuple[Excluded, ...]:
    """What stands behind "except": sources, each with the circumstance or target that narrows it."""
    whole = _TO_FROM.match(text) or _FROM_TO.match(text)
    target = None
    if whole is not None:
        target, text = read_target(whole["target"], ()), whole["source"]
    text = _CHANGE_FROM.sub("", text, count=1)
    found: list[Excluded] = []
    for segment in _segments(text):
        segment, when = read_circumstance(segment)
        combined = _COMBINED.search(segment)
        if combined is not None:
            segment = segment[: combined.start()]
        sources = read_sources(segment)
        if combined is not None:
            parts = tuple(one for one in sources if isinstance(one, Goods))
            sources = (Several(parts=_spread(parts), how="any_combination"),)
        found += [Excluded(source=source, target=target, when=when) for source in sources]
    return tuple(found)


def _spread(parts: tuple[Goods, ...]) -> tuple[Goods, ...]:
    """Each code of a list as a part of its own."""
    return tuple(Goods(codes=(code,), words=part.words) for part in parts for code in part.codes or ())


def _segments(text: str) -> list[str]:
    """The text cut before each further "from", with nothing lost."""
    plain, cuts = masked(text), [0]
    cuts += [match.end() for match in _SEGMENT.finditer(plain)]
    starts = {match.end(): match.start() for match in _SEGMENT.finditer(plain)}
    return [text[at : starts[end] if end in starts else None] for at, end in zip(cuts, [*cuts[1:], None], strict=True)]


def read_from(sources: str, excluded: tuple[str, ...] = ()) -> From:
    """Sources and what is excluded from them."""
    found = tuple(one for text in excluded for one in read_excluded(text))
    return From(sources=read_sources(sources), excluded=found)


_TARGET_LESS: Final = re.compile(r", (?:other than|except) (?:a change )?(?:to )?(?P<less>[^,]+)(?=,|$)", _I)
_TARGET_CODES: Final = re.compile(rf"(?P<of>(?:^|,? )(?:of|in|under) |^)(?=(?:any of )?{LEVEL}s? \d)", _I)
_OTHER_TARGET: Final = re.compile(r"any other (?:goods?|products?|tariff items?) (?:of |in |within )?", _I)
_ANY_TARGET: Final = re.compile(r"(?:a|any|the) (?:good|product) (?:of |in )?|goods (?=of )", _I)


def read_target(text: str, scope: tuple[CodeRange, ...]) -> Goods:
    """The goods that a change is to."""
    text = text.strip(" ,")
    cursor, other = Cursor(text), False
    if cursor.take(_OTHER_TARGET):
        other = True
    else:
        cursor.take(_ANY_TARGET)
    text = cursor.rest
    at_codes = _choose(text, scope)
    if at_codes is None:
        return Goods(words=text.strip(" ,"), other=other)
    start, cursor = at_codes
    codes = read_codes(cursor)
    words, rest = text[:start].strip(" ,"), cursor.rest.strip(" ,;")
    less, which = _taken_out(rest)
    return Goods(words=words, codes=codes, which=which, other=other, less=less)


def _taken_out(rest: str) -> tuple[tuple[Goods, ...], str]:
    match = _TARGET_LESS.match(f", {rest}") if rest else None
    if match is None:
        return (), rest
    return (read_target(match["less"], ()),), f", {rest}"[match.end() :].strip(" ,")


def _choose(text: str, scope: tuple[CodeRange, ...]) -> tuple[int, Cursor] | None:
    """Where the codes of the target stand, if it has several lists: those of the rule's scope, else the first.

    "drive-axles for vehicles of heading 87.03, of subheading 8708.50" is of subheading 8708.50.
    """
    found = []
    for match in _TARGET_CODES.finditer(masked(text)):
        cursor = Cursor(text)
        cursor.at = match.end()
        codes = read_codes(cursor)
        cursor.at = match.end()
        found.append((match.start(), cursor, codes))
    for start, cursor, codes in found:
        if scope and any(one.overlaps(other) for one in codes for other in scope):
            return start, cursor
    return (found[0][0], found[0][1]) if found else None
