"""The text of a rule as it is read: set in one style, with a cursor that never skips a word."""

from __future__ import annotations

import re
from typing import Final, Literal

import msgspec

from transire.origin.errors import RuleNotUnderstood

Kind = Literal["misprint", "dangling", "cut_short", "not_understood", "loose_code", "off_scope"]


class Anomaly(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with the text of a source, and what was made of it. Nothing is put right in silence."""

    kind: Kind
    words: str
    reason: str


_STYLE: Final = (
    (re.compile(r"[\u201c-\u201f]"), '"'),
    (re.compile(r"[\u2018\u2019]"), "'"),
    (re.compile(r"[\u2010-\u2013]"), "-"),
    (re.compile(r"\bsub-?heading"), "subheading"),
    (re.compile(r"\bper cent\b"), "percent"),
    (re.compile(r"(?<=\d) ?%"), " percent"),
    (re.compile(r"\b([Nn])onoriginating\b"), r"\1on-originating"),
    (re.compile(r"\b([Tt])ariff items? Nos?\.(?=\.|,|\s|$)"), r"\1ariff item"),
    (re.compile(r"\bRVC\b"), "regional value content"),
    (re.compile(r"\s+([,;.])"), r"\1"),
    (re.compile(r"\s+"), " "),
)

# Misprints of the sources: what is printed, what it is read as. Each one read is reported.
_MISPRINTS: Final = (
    (re.compile(r"\bper pcent\b"), "percent"),
    (re.compile(r"\bwhether of not\b"), "whether or not"),
    (re.compile(r"\bmore than one the following\b"), "more than one of the following"),
    (re.compile(r"\bwhere the transaction method is used"), "where the transaction value method is used"),
    (re.compile(r"(?<=\d\d)or\b"), " or"),
    (re.compile(r"\bwithin than group\b"), "within that group"),
    (re.compile(r"\bA change from (?=subheading [\d.]+ through [\d.]+ from any)"), "A change to "),
    (re.compile(r"\bheading (?=subheading \d)"), ""),
    # USMCA Regulations s.13, rules of 8708: a number without its first digits, and a step of 2027 dated 2023 (s.15(2)).
    (re.compile(r"\b(?:sub)?heading 87\.(?=[1-9]\d for use as original equipment)"), "subheading 8708."),
    (re.compile(r"(?<=until June 30, 2027; \(iii\) 70 percent, beginning on July 1, )2023"), "2027"),
)


_ANY_MISPRINT: Final = re.compile("|".join(pattern.pattern for pattern, _ in _MISPRINTS))


def in_one_style(text: str) -> str:
    """The text with one kind of quote, dash, blank and spelling of percent: differences that mean nothing.

    >>> in_one_style("60 per cent of “smart  cards”, 5%")
    '60 percent of "smart cards", 5 percent'
    """
    for pattern, plain in _STYLE:
        text = pattern.sub(plain, text)
    return text.strip()


def without_misprints(text: str) -> tuple[str, tuple[Anomaly, ...]]:
    """The text with known misprints read as what they stand for, and a report of each."""
    found: list[Anomaly] = []
    if _ANY_MISPRINT.search(text) is None:
        return text, ()
    for pattern, meant in _MISPRINTS:
        for match in pattern.finditer(text):
            around = text[max(0, match.start() - 20) : match.end() + 20]
            found.append(Anomaly(kind="misprint", words=around, reason=f"read as: {meant.strip() or 'nothing'}"))
        text = pattern.sub(meant, text)
    return text, tuple(found)


class Cursor:
    """A place in a text. `take` moves over what matches and returns it; `finish` refuses what is left."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """The match of a pattern that begins here, with the cursor moved behind it; None where it does not."""
        match = pattern.match(self.text, self.at)
        if match is not None:
            self.at = match.end()
        return match

    def sees(self, pattern: re.Pattern[str]) -> bool:
        """Whether a pattern begins here."""
        return pattern.match(self.text, self.at) is not None

    def until(self, end: int) -> str:
        """The words up to a place, with the cursor moved there."""
        words, self.at = self.text[self.at : end], end
        return words

    @property
    def rest(self) -> str:
        return self.text[self.at :]

    def refuse(self, why: str) -> RuleNotUnderstood:
        """The error that names what was met here."""
        return RuleNotUnderstood(expected=why, got=repr(self.rest[:80]), where=f"character {self.at + 1}")

    def finish(self, why: str) -> None:
        """Refuse any word that is left, closing punctuation apart."""
        if self.rest.strip(" ,;."):
            raise self.refuse(why)


def depth_zero(text: str) -> str:
    """The text with everything inside round brackets and double quotes masked, place by place.

    >>> depth_zero("a (b, c) d")
    'a ______ d'
    """
    if "(" not in text and '"' not in text:
        return text
    masked = _QUOTED.sub(_blank, text)
    while (shorter := _BRACKET.sub(_blank, masked)) != masked:
        masked = shorter
    return masked


# The innermost brackets first; an opening bracket that never closes masks the rest.
_BRACKET: Final = re.compile(r"\([^()]*(?:\)|$)")
_QUOTED: Final = re.compile(r'"[^"]*(?:"|$)')


def _blank(match: re.Match[str]) -> str:
    return "_" * len(match[0])
