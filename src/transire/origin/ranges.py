"""Whether a tariff code lies in ranges of codes: yes, no, or too coarse to tell.

A code means what it says at its own level. `8413` lies in "headings 8413 to 8414", not in "chapter 85", and of
"subheadings 8413.11 to 8413.82" it does not tell.
"""

from __future__ import annotations

from collections.abc import Iterable

from transire.origin.rule.codes import CodeRange

Ranges = tuple[CodeRange, ...]


def held(digits: str, ranges: Iterable[CodeRange]) -> bool | None:
    """Whether the code lies in one of the ranges; None where only a longer code could tell.

    >>> ranges = (CodeRange("841311", "841382"),)
    >>> held("84135090", ranges), held("8413", ranges), held("841391", ranges), held("8501", ranges)
    (True, None, False, False)
    """
    length = len(digits)
    unsure = False
    for codes in ranges:
        width = len(codes.first)
        if length >= width:
            if codes.first <= digits[:width] <= codes.last:
                return True
        elif codes.first[:length] <= digits <= codes.last[:length]:
            if codes.first[:length] < digits < codes.last[:length]:
                return True  # Whatever follows, it stays between the two ends.
            unsure = True
    return None if unsure else False
