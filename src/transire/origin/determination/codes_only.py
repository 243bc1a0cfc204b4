"""A change that codes alone decide, compiled to comparisons of digits: the form in which most questions are answered.

Most changes name no goods and set no circumstance. For them a material's code of full length is judged by a few
comparisons; what is shorter, and what words decide, is left to the general judge. Both must say the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from transire.origin.rule.codes import CodeRange, width
from transire.origin.rule.tree import AnyOther, Change, Excluded, From, Goods, Here, Source

Digits = tuple[tuple[str, str, int], ...]
"""Ranges as first, last, and the number of digits at which they compare."""


class _Sweep(NamedTuple):
    """One source: codes that differ from `own` in so many digits, or that lie inside or outside of ranges."""

    differs: str
    """What the code must differ from; empty: it need not."""
    same: str
    """What the code must begin with; empty: it need not."""
    inside: Digits | None
    outside: Digits
    excluded: Digits


class Compiled(NamedTuple):
    """A change for one good; it judges codes of at least so many digits."""

    least: int
    accepts: Callable[[str], bool]


def compile_codes(change: Change, good: str, contains: Callable[[Source, Source], bool]) -> Compiled | None:
    """The change as comparisons; None where words, circumstances, or a short code of the good enter."""
    if change.any_classification:
        return None
    sweeps: list[_Sweep] = []
    for origin in (change.source, change.also):
        if origin is not None:
            compiled = _compile_from(origin, change, good, contains)
            if compiled is None:
                return None
            sweeps += compiled
    lengths = [len(one.differs) for one in sweeps] + [len(one.same) for one in sweeps]
    lengths += [length for one in sweeps for _, _, length in (*(one.inside or ()), *one.outside, *one.excluded)]
    return Compiled(max(lengths, default=0), _accepting(tuple(sweeps)))


def _accepting(sweeps: tuple[_Sweep, ...]) -> Callable[[str], bool]:
    def accepts(digits: str) -> bool:
        for differs, same, inside, outside, excluded in sweeps:
            if differs and digits.startswith(differs):
                continue
            if same and not digits.startswith(same):
                continue
            if inside is not None and not _within(digits, inside):
                continue
            if (outside and _within(digits, outside)) or (excluded and _within(digits, excluded)):
                continue
            return True
        return False

    return accepts


def _within(digits: str, ranges: Digits) -> bool:
    for first, last, length in ranges:  # noqa: SIM110 - a generator costs as much as the comparisons themselves
        if first <= digits[:length] <= last:
            return True
    return False


def _compile_from(
    origin: From, change: Change, good: str, contains: Callable[[Source, Source], bool]
) -> list[_Sweep] | None:
    sweeping = any(isinstance(source, AnyOther) for source in origin.sources)
    sweeps = []
    for source in origin.sources:
        excluded = _excluded(origin.excluded, source, sweeping, contains)
        if excluded is None:
            return None
        sweep = _sweep(source, change, good, excluded)
        if sweep is None:
            return None
        sweeps.append(sweep)
    return sweeps


def _sweep(source: Source, change: Change, good: str, excluded: Digits) -> _Sweep | None:
    if isinstance(source, Here):
        length = width(source.level)
        return _Sweep("", good[:length], None, (), excluded) if len(good) >= length else None
    if isinstance(source, Goods):
        return _Sweep("", "", _digits(source.codes), (), excluded) if _is_bare(source) else None
    if not isinstance(source, AnyOther):
        return None
    length = width(source.level)
    if len(good) < length:
        return None
    group = _digits(_coarser(source.group_codes or change.target.codes, length))
    differs = good[:length] if source.other and source.group != "outside" else ""
    inside = _digits(source.within) if source.within else None
    if source.group == "inside":
        if inside is not None:
            return None
        inside = group
    return _Sweep(differs, "", inside, group if source.group == "outside" else (), excluded)


def _excluded(
    exclusions: tuple[Excluded, ...], source: Source, sweeping: bool, contains: Callable[[Source, Source], bool]
) -> Digits | None:
    codes: list[CodeRange] = []
    for exclusion in exclusions:
        if exclusion.target is not None or exclusion.when is not None:
            return None
        if not isinstance(exclusion.source, Goods) or not _is_bare(exclusion.source):
            return None
        if sweeping and not isinstance(source, AnyOther) and contains(exclusion.source, source):
            continue
        codes += exclusion.source.codes
    return _digits(codes)


def _is_bare(goods: Goods) -> bool:
    """Whether only codes name the goods."""
    return bool(goods.codes) and not (goods.words or goods.which or goods.other or goods.here or goods.less)


def _coarser(codes: tuple[CodeRange, ...], length: int) -> Iterator[CodeRange]:
    for one in codes:
        yield CodeRange(one.first[:length], one.last[:length]) if one.level > length else one


def _digits(codes: Iterator[CodeRange] | list[CodeRange] | tuple[CodeRange, ...]) -> Digits:
    return tuple((one.first, one.last, one.level) for one in codes)
