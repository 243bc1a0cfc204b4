"""Reading a list of goods under one change: "to any of the following goods classified in heading 7806 ...: tubes except
from pipes; ..." (19 CFR 102.20, chapters 78 to 81). Each good becomes an alternative of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from transire.origin.rule.codes import CodeRange
from transire.origin.rule.read_excluded import read_excluded
from transire.origin.rule.read_target import read_target
from transire.origin.rule.tree import Alternative, AnyOther, Change, From, Goods, Source

_I: Final = re.IGNORECASE | re.ASCII
_LIST: Final = re.compile(
    r"a change to any of the following goods classified in (?P<target>.+?),?(?P<including> including)? from "
    r"(?:other )?materials also classified in (?P<source>[^:]+): ?(?P<items>.+)$",
    _I,
)
_EXCEPT: Final = re.compile(r",? except from ", _I)
_FROM: Final = re.compile(r",? from ", _I)


def read_list(words: str, label: str) -> tuple[Alternative, ...]:
    """The alternatives of a list of goods; empty where the words are no such list.

    "including from materials also classified in" the codes lets materials come from anywhere else too.
    """
    match = _LIST.match(words)
    if match is None:
        return ()
    codes = read_target(match["target"]).codes
    sources: tuple[Source, ...] = (Goods(codes=read_target(match["source"]).codes, other=True),)
    if match["including"] and codes:
        sources = (AnyOther(level=codes[0].kind), *sources)
    items = (item.strip(" ,.;") for item in match["items"].split(";"))
    return tuple(_items(label, codes, sources, (item for item in items if item)))


def _items(
    label: str, codes: tuple[CodeRange, ...], sources: tuple[Source, ...], items: Iterator[str]
) -> Iterator[Alternative]:
    for item in items:
        goods, *excluded = _EXCEPT.split(item, maxsplit=1)
        named, *origin = _FROM.split(goods, maxsplit=1)
        found = From(
            sources=tuple(Goods(words=one, codes=codes) for one in origin) or sources,
            excluded=tuple(one for text in excluded for one in read_excluded(text)),
        )
        yield Alternative(label=label, way=Change(target=Goods(words=named, codes=codes), source=found))
