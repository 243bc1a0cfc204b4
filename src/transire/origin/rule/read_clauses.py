"""Reading the clauses of an alternative: exceptions, "whether or not ...", value contents, provisos, circumstances."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from transire.origin.rule.read_excluded import read_circumstance, read_excluded
from transire.origin.rule.read_goods import masked, read_sources
from transire.origin.rule.read_proviso import read_provisos
from transire.origin.rule.read_target import read_target
from transire.origin.rule.read_value import VALUE, read_value
from transire.origin.rule.scan import Cursor
from transire.origin.rule.tree import (
    Alternative,
    Change,
    Circumstance,
    Excluded,
    From,
    Goods,
    NoChange,
    NotBy,
    Production,
    Proviso,
    Source,
    ValueLimit,
)

_I: Final = re.IGNORECASE | re.ASCII
_CLAUSE: Final = re.compile(
    r",?;? (?:and )?(?:or )?(?:"
    r"(?P<result>except for (?:a )?changes? (?=resulting from))|"
    r"(?P<less>other than a change to )|"
    r"(?P<circumstance>except (?=when |unless |if ))|"
    r"(?P<except>except (?:from |(?=(?:(?:sub)?heading|chapter|tariff item)s? \d|\d{4}|for |a change|to )))|"
    r"(?P<also>whether or not there is (?:also )?a change from )|"
    r"(?P<any>whether or not a change in tariff classification occurs)|"
    rf"(?P<value>(?={VALUE.pattern.replace('?P<method>', '?:')}))|"
    r"(?P<proviso>provided(?! therein| in | with )(?:,? that)?(?:[:,]? |$))|"
    r"(?P<joint>(?<=, )if |by means of |(?<=, )unless ))|"
    r"(?P<list>: ?(?=List of ))|(?P<addition>\.? (?=In addition, the regional value))",
    _I,
)
_OR_FROM: Final = re.compile(r"(?P<when>.+?(?:2\(a\)|assembly)),? or (?=from )(?P<more>.+)$", _I)


def cut_clauses(words: str) -> tuple[str, str]:
    """What stands before the first clause, and the clauses."""
    first = _CLAUSE.search(masked(words))
    return (words, "") if first is None else (words[: first.start()], words[first.start() :])


def _clauses(words: str) -> list[tuple[str, str, str]]:
    """The clauses as (kind, opening words, the rest of the clause)."""
    plain, found = masked(words), list[tuple[str, str, str]]()
    matches = _openings(plain)
    if words.strip(" ,;.") and not matches:
        raise Cursor(words).refuse("a clause")
    if matches and plain[: matches[0].start()].strip(" ,;."):
        raise Cursor(words).refuse("a clause")
    ends = [*(match.start() for match in matches[1:]), len(words)]
    for match, end in zip(matches, ends, strict=False):
        kind = match.lastgroup or ""
        found.append((kind, match[0], words[match.end() : end]))
    return found


def _openings(plain: str) -> list[re.Match[str]]:
    """The words that open a clause. Inside a proviso "if" is its own; a list of processes runs to the end."""
    found: list[re.Match[str]] = []
    for match in _CLAUSE.finditer(plain):
        before = found[-1].lastgroup if found else None
        if before == "result":
            break
        if not (before in ("proviso", "joint") and match.lastgroup == "joint"):
            found.append(match)
    return found


class _Gathered(msgspec.Struct):
    """What the clauses of one alternative have said so far."""

    sources: list[Source]
    excluded: list[Excluded]
    also: From | None = None
    value: tuple[ValueLimit, ...] = ()
    provisos: list[Proviso] = []
    less: tuple[Goods, ...] = ()
    any_classification: bool = False

    def hear(self, kind: str, opening: str, rest: str) -> None:
        """One clause: its kind, the words that open it, and the rest of it."""
        if kind == "result":
            self.provisos.append(NotBy(when=Circumstance(kind="stated", words=rest.strip(" ,;."))))
        elif kind == "circumstance":
            self._circumstance(rest)
        elif kind == "less":
            self.less += (read_target(rest),)
        elif kind == "except":
            self._except(read_excluded(rest.strip(" ,;.")))
        elif kind == "also":
            self.also = From(sources=read_sources(rest))
        elif kind == "any":
            self.any_classification = True
            Cursor(rest).finish("nothing more")
        elif kind in ("value", "addition"):
            cursor = Cursor(rest.strip())
            self.value += read_value(cursor)
            cursor.finish("the end of the value content")
        else:
            joint = {"list": ":", "proviso": "provided that"}.get(kind, opening.strip(" ,"))
            self.provisos += read_provisos(rest, joint)

    def _except(self, found: tuple[Excluded, ...]) -> None:
        """An exception belongs to the sources that it follows: those of the change, or those of "whether or not"."""
        if self.also is None:
            self.excluded += found
        else:
            self.also = From(sources=self.also.sources, excluded=self.also.excluded + found)

    def _circumstance(self, rest: str) -> None:
        """ "except when ..." forbids the circumstance; where a further source follows, only for those before it."""
        more = _OR_FROM.match(rest)
        when = _only_circumstance(more["when"] if more else rest)
        if more is None:
            self.provisos.append(NotBy(when=when))
            return
        self.excluded += [Excluded(source=one, when=when) for one in self.sources]
        self.sources += read_sources(more["more"])


def _only_circumstance(words: str) -> Circumstance:
    nothing, when = read_circumstance(f" {words.strip(' ,;.')}")
    if when is None or nothing.strip():
        raise Cursor(words).refuse("a circumstance")
    return when


def with_clauses(label: str, guard: str, way: Change | NoChange | Production, words: str) -> Alternative:
    """The alternative with the clauses that follow its way."""
    gathered = _Gathered(sources=list(way.source.sources) if isinstance(way, Change) else [], excluded=[])
    for kind, opening, rest in _clauses(words):
        gathered.hear(kind, opening, rest)
    return Alternative(
        label=label,
        guard=guard,
        way=_completed(way, gathered, words),
        value=gathered.value,
        provisos=tuple(gathered.provisos),
    )


def _completed(way: Change | NoChange | Production, gathered: _Gathered, words: str) -> Change | NoChange | Production:
    if isinstance(way, Change):
        target = way.target
        if gathered.less:
            target = msgspec.structs.replace(target, less=target.less + gathered.less)
        return Change(
            target=target,
            source=From(sources=tuple(gathered.sources), excluded=tuple(gathered.excluded)),
            also=gathered.also,
            any_classification=gathered.any_classification,
        )
    if gathered.excluded or gathered.any_classification or gathered.less:
        raise Cursor(words).refuse("no exception, where no change is asked for")
    if isinstance(way, NoChange):
        return NoChange(target=way.target, also=gathered.also)
    if gathered.also is not None:
        raise Cursor(words).refuse("no other change, where a process is asked for")
    return way
