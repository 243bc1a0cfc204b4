"""Reading provisos: shares by weight or volume, cutting and sewing, linings, reactions, and conditions in words."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, Literal

from transire.origin.rule.read_goods import read_source
from transire.origin.rule.scan import Cursor
from transire.origin.rule.tree import (
    Bound,
    ChemicalReaction,
    CutAndSewn,
    Goods,
    Proportion,
    Proviso,
    Share,
    Stated,
    VisibleLining,
)

_I: Final = re.IGNORECASE | re.ASCII
_TERRITORY: Final = (
    r" in the territory of one or more of the (?:NAFTA countries|USMCA countries|parties(?: to the Agreement)?)"
)
_SHAPES: Final[tuple[tuple[Literal["cut", "cut_or_knit", "cut_or_knit_or_both"], str], ...]] = (
    ("cut_or_knit", r"both cut \(or knit to shape\) and sewn or otherwise assembled"),
    ("cut", r"both cut and sewn or otherwise assembled"),
    ("cut_or_knit_or_both", r"cut or knit to shape, or both, and sewn or otherwise assembled"),
)
_CUT: Final = {
    shape: re.compile(rf"the good is {words}{_TERRITORY}", _I) for shape, words in _SHAPES
}  # fmt: skip
_LINING: Final = re.compile(
    r"(?:with respect to (?P<of>.+), )?the visible lining fabric listed in Note (?P<note>\d+) to chapter "
    r"(?P<chapter>\d+) satisfies the tariff change requirements provided therein$",
    _I,
)
_REACTION: Final = re.compile(
    r"the good (?:resulting from such (?:a )?change )?(?P<of>classified in .+? )?is the product of a "
    r'"?chemical reaction"?,?(?P<words> .+)?$',
    _I,
)
_BOUNDS: Final[dict[str, Bound]] = {
    "no more than": "at_most",
    "not more than": "at_most",
    "do not exceed": "at_most",
    "does not exceed": "at_most",
    "more than": "more_than",
    "no less than": "at_least",
    "not less than": "at_least",
    "at least": "at_least",
    "less than": "less_than",
}
_BOUND: Final = "|".join(_BOUNDS)
_MEASURES: Final[dict[str, Share]] = {"weight": "weight", "dry weight": "dry_weight", "volume": "volume"}
# What a share is of: a name without a verb, and the codes it belongs to.
_NAME: Final = r"(?:(?! (?:is|are|and|which|that) )[^,])+?"
_COUNTED_CODES: Final = r"(?: of (?:chapter|heading|subheading|tariff item)s? [\d.]+(?:(?:, | or | through )[\d.]+)*)?"
_SHARE: Final = re.compile(
    r"(?P<of>(?!no (?!single)|not )"
    + _NAME
    + _COUNTED_CODES
    + r") (?:constitutes? |is |are )?(?P<bound>"
    + _BOUND
    + r") "
    r"(?P<percent>\d+(?:\.\d+)?) percent by (?P<measure>dry weight|weight|volume) of (?P<whole>[^,]+)$",
    _I,
)
_OF_CONTENT: Final = re.compile(
    r"(?P<of>the " + _NAME + _COUNTED_CODES + r") constitutes? (?P<bound>" + _BOUND + r") "
    r"(?P<percent>\d+(?:\.\d+)?) percent of (?P<whole>[^,]+) by (?P<measure>weight|volume)$",
    _I,
)
_CONTAINS: Final = re.compile(
    r"the good contains (?P<bound>" + _BOUND + r") (?P<percent>\d+(?:\.\d+)?) percent by "
    r"(?P<measure>dry weight|weight|volume) of (?P<of>[^,]+)$",
    _I,
)
_IS_ORIGINATING: Final = re.compile(
    r"(?P<bound>" + _BOUND + r") (?P<percent>\d+(?:\.\d+)?) percent by (?P<measure>weight|volume) of "
    r"(?P<of>[^,]+?) (?:is|are) originating$",
    _I,
)
_SHARES: Final = (_CONTAINS, _IS_ORIGINATING, _OF_CONTENT, _SHARE)
_COUNTED: Final = re.compile(r"(?:the )?(?P<which>non-originating|originating) ", _I)
_LIST: Final = re.compile(r"\((?:a|1)\) ", _I)
_NEXT_IN_LIST: Final = re.compile(r"[,;]? (?:and )?\((?:[b-h]|[2-9])\) ", _I)
_AND: Final = re.compile(r",? and (?:provided )?(?:that )?(?=the non-originating |the good is |the good contains )", _I)
# Words that belong to another part of a sentence: a condition that holds them was not cut where it ends.
_STRAY: Final = re.compile(
    r"\bor (?:from )?any other (?:chapter|heading|subheading|tariff)|[;.] (?:or |and )?\(\w\) [A-Z]"
)


def read_provisos(words: str, joint: str) -> tuple[Proviso, ...]:
    """The conditions behind "provided that": one, several joined by "and", or a lettered list that ends in "and"."""
    words = words.strip(" ,;.")
    opening = _LIST.match(words)
    if opening is not None:
        pieces = _NEXT_IN_LIST.split(words[opening.end() :])
    else:
        pieces = _AND.split(words)
        if all(_understood(piece) is None for piece in pieces):
            pieces = [words]
    return tuple(_understood(piece) or _stated(piece, joint) for piece in pieces)


def _stated(words: str, joint: str) -> Stated:
    if not words or _STRAY.search(words):
        raise Cursor(words).refuse("a condition by itself")
    return Stated(words=words, joint=joint)


def _understood(words: str) -> Proviso | None:
    for shape, pattern in _CUT.items():
        if pattern.fullmatch(words):
            return CutAndSewn(shape=shape)
    if (lining := _LINING.match(words)) is not None:
        return VisibleLining(chapter=lining["chapter"].zfill(2), note=lining["note"], of=lining["of"] or "")
    if (reaction := _REACTION.match(words)) is not None:
        return ChemicalReaction(words=((reaction["of"] or "") + (reaction["words"] or "").strip()).strip())
    for pattern in _SHARES:
        if (match := pattern.match(words)) is not None:
            return _proportion(match, originating=True if pattern is _IS_ORIGINATING else None)
    return None


def _proportion(match: re.Match[str], *, originating: bool | None) -> Proportion | None:
    of, whole = match["of"], match.groupdict().get("whole") or ("the good" if "contains" in match[0] else "")
    counted = _COUNTED.match(of)
    if counted is not None:
        of, originating = of[counted.end() :], counted["which"].lower() == "originating"
    bound = _BOUNDS[match["bound"].lower()]
    if of.lower().startswith("no single ") and bound == "more_than":
        of, bound = f"a{of[2:]}", "at_most"
    if originating is True and not whole:
        whole = of
    return Proportion(
        of=_counted_goods(of),
        bound=bound,
        percent=Decimal(match["percent"]),
        measure=_MEASURES[match["measure"].lower()],
        whole=whole,
        originating=originating,
    )


def _counted_goods(words: str) -> Goods:
    cursor = Cursor(words)
    source = read_source(cursor)
    if not isinstance(source, Goods) or cursor.rest.strip():
        return Goods(words=words)
    return source
