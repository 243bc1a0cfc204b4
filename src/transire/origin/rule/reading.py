"""Reading a rule of origin: the sentence of a treaty's annex into the tree of `tree`.

A sentence is cut into alternatives, an alternative into its way and its clauses (exceptions, "whether or not ...",
value content, provisos); each piece must be read to its last word. An alternative that is not understood stays in the
rule, whole, with the reason; what is wrong with the source is reported beside it.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from transire.origin.errors import RuleNotUnderstood
from transire.origin.rule.read_clauses import cut_clauses, with_clauses
from transire.origin.rule.read_codes import misnamed
from transire.origin.rule.read_goods import masked, read_sources
from transire.origin.rule.read_list import read_list
from transire.origin.rule.read_target import cut_target, read_target
from transire.origin.rule.scan import Anomaly, Cursor, in_one_style, without_misprints
from transire.origin.rule.tree import (
    Alternative,
    Change,
    From,
    NoChange,
    Production,
    Rule,
    Unread,
)

_I: Final = re.IGNORECASE | re.ASCII
_LABEL: Final = r"(?:\((?:\d+|[A-Z]|[a-z]|[ivx]+)\) ?)+"
_OPENS: Final = (
    r"(?:A change (?:to|from)|No (?:required )?change in tariff|Production of|For any |For all other goods )"
)
_START: Final = re.compile(
    rf"(?:^|[;:.,]\s*(?:or |and )?)(?P<label>{_LABEL})(?={_OPENS}|a change |no (?:required )?change )|"
    rf"(?:^|[;.]\s*(?:or |and )?|, or )(?={_OPENS})|; or (?=a change )"
)
_LABELLED: Final = re.compile(rf"(?:^|[;.]\s*(?:or |and )?)(?P<label>{_LABEL})")
_ONE_LABEL: Final = re.compile(r"\((\w+)\)")
_DANGLING: Final = re.compile(r"[;,]? or[;.]?$", re.ASCII)
_CUT_SHORT: Final = re.compile(r"\[(?:\.\.\.|…)\]")
_REMARK: Final = re.compile(r" ?\[[+&][^\]]*\]")
_GUARD: Final = re.compile(
    r"(?P<guard>For (?:any|a) .+?)[:,] (?=a change to|no (?:required )?change in|production of)", _I
)
# A guard over lettered alternatives: it names goods and asks nothing by itself.
_OUTER: Final = re.compile(r"For (?:any|a) (?:(?!a change to|no (?:required )?change in|production of).)+:?", _I)
_LOWER: Final = re.compile(r"a change|no (?:required )?change|production of", re.ASCII)
_CHANGE: Final = re.compile(r"a change to ", _I)
_CHANGE_FROM: Final = re.compile(r"a change from ", _I)
_FOR_OTHERS: Final = re.compile(r"for all other goods classified in (?P<codes>.+?), a change from ", _I)
_NO_CHANGE: Final = re.compile(r"no (?:required )?change in tariff classification", _I)
_NO_CHANGE_TARGET: Final = re.compile(
    r"(?: is required)?(?: (?:to|for) (?P<target>.+?))?(?: is required)?"
    r"(?=,? (?:whether or not there|provided|except |if |unless |by means of )|[;.,]?$)",
    _I,
)
_PRODUCTION: Final = re.compile(r"production of (?P<target>.+?) as the result of (?P<processes>.+)$", _I)


class Reading(msgspec.Struct, frozen=True):
    """A rule as it was read, and what is wrong with its text."""

    rule: Rule
    anomalies: tuple[Anomaly, ...]

    @property
    def understood(self) -> bool:
        """Whether every alternative was."""
        return not any(isinstance(one.way, Unread) for one in self.rule.alternatives)


def read(text: str) -> Reading:
    """The rule that a text states, with whatever is not understood kept in it.

    >>> reading = read("A change to heading 8477 from any other heading; or")
    >>> reading.rule.alternatives[0].way.target.codes
    (CodeRange(first='8477', last='8477'),)
    >>> [one.kind for one in reading.anomalies]
    ['dangling']
    """
    plain, anomalies = without_misprints(in_one_style(text))
    found: list[Alternative] = []
    noted = list(anomalies)
    for label, words in _alternatives(plain):
        words, defects = _defects(words)
        noted += defects
        cut_short = any(one.kind == "cut_short" for one in defects)
        found += read_list(words, label) or (_alternative(label, words, found, cut_short=cut_short),)
    noted += [
        Anomaly(kind="loose_code", words=words, reason="the code is of another level than the word before it")
        for words in misnamed(plain)
    ]
    if _DANGLING.search(plain):
        noted.append(
            Anomaly(kind="dangling", words=plain[-40:], reason='the text ends in "or": an alternative may be missing')
        )
    noted += [
        Anomaly(kind="not_understood", words=one.way.words, reason=one.way.reason)
        for one in found
        if isinstance(one.way, Unread) and not any(defect.kind == "cut_short" for defect in noted)
    ]
    return Reading(Rule(alternatives=tuple(found)), tuple(noted))


def read_rule(text: str) -> Rule:
    """The rule that a text states, every alternative of it understood.

    Raises: RuleNotUnderstood, naming the words that were not.

    >>> len(read_rule("(A) A change to heading 8431 from any other heading; or (B) No change is made.").alternatives)
    Traceback (most recent call last):
    ...
    transire.origin.errors.RuleNotUnderstood: ...
    """
    reading = read(text)
    for one in reading.rule.alternatives:
        if isinstance(one.way, Unread):
            raise RuleNotUnderstood(got=repr(one.way.words[:120]), expected=one.way.reason)
    return reading.rule


def _alternatives(text: str) -> list[tuple[str, str]]:
    """The labels and the words of the alternatives, with nothing lost between them."""
    starts = _starts(text)
    ends = [start for start, _, _ in starts[1:]] + [len(text)]
    found, outer, guard = list[tuple[str, str]](), "", ""
    for (_, begin, label), end in zip(starts, ends, strict=True):
        name, words = _joined(label), text[begin:end].strip(" ;,")
        if _OUTER.fullmatch(words) and end < len(text):
            outer, guard = name, words.rstrip(":")
            continue
        if guard and _LOWER.match(words):
            name, words = f"{outer}({name})", f"{guard}: {words}"
        else:
            outer, guard = "", ""
        found.append((name, words))
    return found


def _starts(text: str) -> list[tuple[int, int, str]]:
    """Where alternatives begin: at their opening words, and at each label of the style that the text begins with."""
    found = {match.end(): (match.start(), match.end(), match["label"] or "") for match in _START.finditer(text)}
    first = _LABELLED.match(text)
    if first is not None:
        style = _style(first["label"])
        for match in _LABELLED.finditer(text):
            if _style(match["label"]) == style:
                found.setdefault(match.end(), (match.start(), match.end(), match["label"]))
    starts = sorted(found.values())
    return starts if starts and starts[0][0] == 0 else [(0, 0, ""), *starts]


def _style(label: str) -> str:
    """What kind of signs a label is made of: "1", "A" or "a"."""
    sign = str(_ONE_LABEL.findall(label)[0])
    return "1" if sign.isdigit() else "A" if sign.isupper() else "a"


def _joined(label: str) -> str:
    """ "(2)(a) " as "2(a)"."""
    first, *rest = [str(sign) for sign in _ONE_LABEL.findall(label)] or [""]
    return first + "".join(f"({one})" for one in rest)


def _defects(words: str) -> tuple[str, list[Anomaly]]:
    found = []
    if _CUT_SHORT.search(words):
        found.append(
            Anomaly(kind="cut_short", words=words[-80:], reason="the source does not print the rest of the text")
        )
    remark = _REMARK.search(words)
    if remark is not None:
        found.append(
            Anomaly(kind="cut_short", words=remark[0].strip(), reason="a remark stands for text that is not printed")
        )
    return _DANGLING.sub("", words).strip(), found


def _alternative(label: str, words: str, earlier: list[Alternative], *, cut_short: bool) -> Alternative:
    if cut_short:
        return Alternative(label=label, way=Unread(words=words, reason="the source does not print the whole of it"))
    try:
        return _read_alternative(label, words, earlier)
    except RuleNotUnderstood as refusal:
        return Alternative(label=label, way=Unread(words=words, reason=f"{refusal.expected}, at {refusal.got}"))


def _read_alternative(label: str, words: str, earlier: list[Alternative]) -> Alternative:
    cursor, guard = Cursor(words), ""
    way: Change | NoChange | Production
    if (opening := cursor.take(_GUARD)) is not None:
        guard = opening["guard"]
    if cursor.take(_CHANGE):
        way, rest = _change(cursor.rest)
    elif cursor.take(_CHANGE_FROM):
        way, rest = _change_from(cursor.rest, earlier)
    elif (other := cursor.take(_FOR_OTHERS)) is not None:
        sources, rest = cut_clauses(cursor.rest)
        target = read_target(f"any other good of {other['codes']}")
        way = Change(target=target, source=From(sources=read_sources(sources)))
    elif cursor.take(_NO_CHANGE):
        way, rest = _no_change(cursor)
    elif (production := cursor.take(_PRODUCTION)) is not None:
        way, rest = _production(production)
    else:
        raise cursor.refuse("a change, no change, or a production")
    return with_clauses(label, guard, way, rest)


def _change(words: str) -> tuple[Change, str]:
    target, rest = cut_target(words)
    sources, clauses = cut_clauses(rest)
    return Change(target=read_target(target), source=From(sources=read_sources(sources))), clauses


def _change_from(words: str, earlier: list[Alternative]) -> tuple[Change, str]:
    """ "a change from X to Y", or "a change from X", which is to the target of the alternative before it."""
    sources, clauses = cut_clauses(words)
    turned = re.search(r" to (?=[a-z])", masked(sources))
    if turned is not None:
        target = read_target(sources[turned.end() :])
        sources = sources[: turned.start()]
    elif earlier and isinstance(earlier[-1].way, Change):
        target = earlier[-1].way.target
    else:
        raise Cursor(words).refuse("the goods that the change is to")
    return Change(target=target, source=From(sources=read_sources(sources))), clauses


def _no_change(cursor: Cursor) -> tuple[NoChange, str]:
    match = cursor.take(_NO_CHANGE_TARGET)
    if match is None:
        raise cursor.refuse("the goods, or a proviso")
    target = read_target(match["target"]) if match["target"] else None
    return NoChange(target=target), cursor.rest


def _production(match: re.Match[str]) -> tuple[Production, str]:
    processes, clauses = cut_clauses(match["processes"].strip(" ;."))
    listed = re.split(r", or |, | or ", processes.strip(" ,"))
    return Production(target=read_target(match["target"]), processes=tuple(listed)), clauses
