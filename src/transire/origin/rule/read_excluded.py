"""Reading exceptions: what stands behind "except", and in which circumstance or for which goods it counts."""

from __future__ import annotations

import re
from typing import Final

from transire.origin.rule.read_goods import masked, read_sources
from transire.origin.rule.read_target import cut_target, read_target
from transire.origin.rule.tree import Circumstance, Excluded, Goods, Several

_I: Final = re.IGNORECASE | re.ASCII
_BY_ASSEMBLY: Final = (
    r"(?:resulting from|(?:the|that|such) change(?: from [^,]+?)? is the result of) (?:a )?simple assembly"
)
_BY_GRI: Final = r"th(?:at|e) change is pursuant to General Rule of Interpretation 2\(a\)"
_CIRCUMSTANCE: Final = re.compile(
    rf",? (?P<joint>when|where|unless|if) (?:(?P<assembly>{_BY_ASSEMBLY})|(?P<gri>{_BY_GRI})|(?P<stated>.+))$", _I
)


_SEGMENT: Final = re.compile(r",? (?:or|and) (?:except )?(?=from )|, (?=from )", _I)
_CHANGE_TO: Final = re.compile(r"(?:(?:for )?(?:a )?changes? )?to ", _I)
_FROM_TO: Final = re.compile(r"(?:for )?(?:a )?changes? from (?P<source>.+?),? to (?P<target>.+)$", _I)
_CODES_TO: Final = re.compile(r"(?P<source>(?:sub)?heading [\d.]+) to (?P<target>(?!\d).+)$", _I)
_CHANGE_FROM: Final = re.compile(r"(?:for )?(?:a )?changes? (?=from )", _I)
_COMBINED: Final = re.compile(r",? or combinations thereof$", _I)


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


def read_excluded(text: str) -> tuple[Excluded, ...]:
    """What stands behind "except": sources, each with the circumstance or target that narrows it."""
    target, text = _for_target(text)
    opening = _CHANGE_FROM.match(text)
    if opening is not None:
        text = text[opening.end() :]
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


def _for_target(text: str) -> tuple[Goods | None, str]:
    """The goods for which alone an exception counts, and the rest of it: "a change to X from Y", "from Y to X"."""
    opening = _CHANGE_TO.match(text)
    if opening is not None:
        target, source = cut_target(text[opening.end() :])
        return read_target(target), source
    turned = _FROM_TO.match(text) or _CODES_TO.match(text)
    return (None, text) if turned is None else (read_target(turned["target"]), turned["source"])


def _spread(parts: tuple[Goods, ...]) -> tuple[Goods, ...]:
    """Each code of a list as a part of its own."""
    return tuple(Goods(codes=(code,), words=part.words) for part in parts for code in part.codes or ())


def _segments(text: str) -> list[str]:
    """The text cut before each further "from", with nothing lost."""
    joints = list(_SEGMENT.finditer(masked(text)))
    begins = [0, *(joint.end() for joint in joints)]
    ends = [*(joint.start() for joint in joints), len(text)]
    return [text[begin:end] for begin, end in zip(begins, ends, strict=True)]
