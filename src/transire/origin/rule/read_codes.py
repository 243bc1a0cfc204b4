"""Reading lists of codes: "headings 51.06 through 51.13, 52.04 or 53.07 through 53.08"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from transire.origin.rule.codes import LEVELS, CodeRange, Level
from transire.origin.rule.scan import Cursor

LEVEL_WORD: Final[dict[str, Level]] = {
    "chapter": "chapter",
    "heading": "heading",
    "subheading": "subheading",
    "tariff item": "item",
}
LEVEL: Final = r"(?:(?:sub)?heading|chapter|tariff item)"
# A code, with or without dots; a share or a measure that follows a number makes it no code.
_NOT_A_MEASURE: Final = r"(?![\d/]|\.\d|,\d{3}| ?(?:percent|cm\b|mm\b|grams?\b|decitex|inch))"
_NUMBER: Final = r"(?:\d{4}\.?\d{2}\.?\d{2}(?:\.?\d{2})?|\d{4}\.?\d{2}|\d{2}\.\d{2}|\d{4})" + _NOT_A_MEASURE
_CHAPTER: Final = r"\d{1,2}" + _NOT_A_MEASURE
# A code without the word of its level is only known by its dots, or by four digits after "of" or "from".
_BARE: Final = r"(?:\d{4}\.\d{2}\.\d{2}|\d{4}\.\d{2}|\d{2}\.\d{2}|\d{4})" + _NOT_A_MEASURE
_THROUGH: Final = r" ?(?:through|to|-) ?"
_LISTED: Final = r"(?:, (?:or|and) |, | or | and )"


def _range(code: str) -> str:
    return rf"(?P<first>{code})(?:{_THROUGH}(?P<last>{code}))?"


_OPENING: Final = {
    word: re.compile(rf"{word}s? (?=\d)(?:Nos?\.? )?", re.IGNORECASE | re.ASCII)
    for word in ("tariff item", "subheading")
} | {word: re.compile(rf"{word}s? (?=\d)", re.IGNORECASE | re.ASCII) for word in ("heading", "chapter")}
_CODE: Final = {level: _CHAPTER if level == "chapter" else _NUMBER for level in LEVELS}
_FIRST: Final = {level: re.compile(_range(code), re.ASCII) for level, code in _CODE.items()}
_NEXT: Final = {level: re.compile(_LISTED + _range(code), re.ASCII) for level, code in _CODE.items()}
_BARE_FIRST: Final = re.compile(_range(_BARE), re.ASCII)

CODES_AHEAD: Final = re.compile(rf"(?:any of )?{LEVEL}s? \d", re.IGNORECASE | re.ASCII)
BARE_AHEAD: Final = re.compile(_BARE, re.ASCII)
_ANY_OF: Final = re.compile("any of ", re.IGNORECASE)


def _codes(match: re.Match[str], level: Level | None) -> CodeRange:
    first = match["first"].replace(".", "")
    last = (match["last"] or match["first"]).replace(".", "")
    if level == "chapter":
        first, last = first.zfill(2), last.zfill(2)
    return CodeRange(first, last)


def read_codes(cursor: Cursor, *, mixed: bool = False) -> tuple[CodeRange, ...]:
    """The codes that begin here, all of one level unless `mixed`; empty where none do.

    >>> read_codes(Cursor("headings 51.06 through 51.13 or 5204, chapter 54"))
    (CodeRange(first='5106', last='5113'), CodeRange(first='5204', last='5204'))
    """
    cursor.take(_ANY_OF)
    for word, opening in _OPENING.items():
        start, level = cursor.at, LEVEL_WORD[word]
        if cursor.take(opening):
            first = cursor.take(_FIRST[level])
            if first is not None:
                return _ordered(cursor, (_codes(first, level), *_more(cursor, level)), mixed=mixed)
            cursor.at = start
            return ()
    return ()


def read_bare_code(cursor: Cursor) -> tuple[CodeRange, ...]:
    """A code without the word of its level ("except from 4107"); empty where none begins here."""
    match = cursor.take(_BARE_FIRST)
    return () if match is None else _ordered(cursor, (_codes(match, None),))


def _more(cursor: Cursor, level: Level) -> Iterator[CodeRange]:
    while (match := cursor.take(_NEXT[level])) is not None:
        yield _codes(match, level)


def _ordered(cursor: Cursor, codes: tuple[CodeRange, ...], *, mixed: bool = False) -> tuple[CodeRange, ...]:
    """The codes, unless a range runs backwards or across levels: an error of the source that nobody may guess away."""
    for one in codes:
        if one.level != codes[0].level and not mixed:
            raise cursor.refuse(f"codes of one level, not {codes[0].first} and {one.first}")
        if len(one.first) != len(one.last) or one.first > one.last:
            raise cursor.refuse(f"a range that runs forward within one level, not {one.first} through {one.last}")
    return codes


_SAID: Final = re.compile(
    rf"(?P<word>tariff item|subheading|heading)s? (?:any of )?(?P<code>{_NUMBER})", re.IGNORECASE | re.ASCII
)
_DIGITS: Final = {"heading": 4, "subheading": 6, "tariff item": 8}


def misnamed(text: str) -> tuple[str, ...]:
    """Codes that the text calls by the word of another level; they are read at the level of their digits.

    >>> misnamed("A change to heading 1704.10 from any other heading.")
    ('heading 1704.10',)
    """
    found = []
    for match in _SAID.finditer(text):
        digits = len(match["code"].replace(".", ""))
        if _DIGITS[match["word"].lower()] != min(digits, 8):
            found.append(match[0])
    return tuple(found)
