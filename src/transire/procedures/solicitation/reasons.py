"""Why a supplier does not certify: codes as data, so that lists can count them, beside words of its own."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec


class Reason(msgspec.Struct, frozen=True):
    """One reason. `needs_note`: it says nothing without words."""

    code: str
    title: str
    citation: str | None = None
    needs_note: bool = False


class _Reasons(msgspec.Struct, frozen=True):
    reasons: tuple[Reason, ...]


@cache
def reasons() -> dict[str, Reason]:
    """Every reason by its code, in the order in which they are offered.

    >>> reasons()["other"].needs_note
    True
    """
    raw = (files(__package__) / "reasons.json").read_bytes()
    return {reason.code: reason for reason in msgspec.json.decode(raw, type=_Reasons).reasons}
