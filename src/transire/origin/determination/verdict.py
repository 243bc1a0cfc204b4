"""Three values: met, not met, open. What is open names the facts that would settle it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

Verdict = bool | None


class Need(NamedTuple):
    """A fact that is not declared: the member of the case, why it matters, and the law that asks for it."""

    fact: str
    why: str
    asked_by: str


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Not met if one is not met; else open if one is open.

    >>> all_of([True, None]), all_of([None, False]), all_of([])
    (None, False, True)
    """
    result: Verdict = True
    for verdict in verdicts:
        if verdict is False:
            return False
        if verdict is None:
            result = None
    return result


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Met if one is met; else open if one is open.

    >>> any_of([False, None]), any_of([None, True]), any_of([])
    (None, True, False)
    """
    result: Verdict = False
    for verdict in verdicts:
        if verdict is True:
            return True
        if verdict is None:
            result = None
    return result


def negated(verdict: Verdict) -> Verdict:
    """The other way round; open stays open."""
    return None if verdict is None else not verdict
