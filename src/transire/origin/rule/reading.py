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
from transire.origin.rule.read_codes import misnamed
from transire.origin.rule.read_excluded import read_excluded
from transire.origin.rule.read_goods import masked, read_sources
from transire.origin.rule.read_list import read_list
from transire.origin.rule.read_proviso import read_provisos
from transire.origin.rule.read_target import read_target
from transire.origin.rule.read_value import VALUE, read_value
from transire.origin.rule.scan import Anomaly, Cursor, in_one_style, without_misprints
from transire.origin.rule.tree import (
    Alternative,
    Change,
    Circumstance,
    Excluded,
    From,
    NoChange,
    NotBy,
    Production,
    Proviso,
    Rule,
    Unread,
    ValueLimit,
)

_I: Final = re.IGNORECASE | re.ASCII
_LABEL: Final = r"(?:\((?:\d+|[A-Z]|[a-z]|[ivx]+)\) ?)+"
_OPENS: Final = r"(?:A change (?:to|from)|No (?:required )?change in tariff|Production of|For any )"
_START: Final = re.compile(
    rf"(?:^|[;:.,]\s*(?:or |and )?)(?P<label>{_LABEL})(?={_OPENS}|a change |no change )|"
    rf"(?:^|[;.]\s*(?:or |and )?|, or )(?={_OPENS})|; or (?=a change )"
)
_LABELLED: Final = re.compile(rf"(?:^|[;.]\s*(?:or |and )?)(?P<label>{_LABEL})")
_ONE_LABEL: Final = re.compile(r"\((\w+)\)")
_DANGLING: Final = re.compile(r"[;,]? or[;.]?$", re.ASCII)
_CUT_SHORT: Final = re.compile(r"\[(?:\.\.\.|…)\]")
_REMARK: Final = re.compile(r" ?\[[+&][^\]]*\]")
_GUARD: Final = re.compile(r"(?P<guard>For (?:any|a) .+?)[:,] (?=a change to)", _I)
_CHANGE: Final = re.compile(r"a change to ", _I)
_CHANGE_FROM: Final = re.compile(r"a change from ", _I)
_NO_CHANGE: Final = re.compile(r"no (?:required )?change in tariff classification", _I)
_NO_CHANGE_TARGET: Final = re.compile(
    r"(?: is required)?(?: (?:to|for) (?P<target>.+?))?(?: is required)?(?=,? whether|,? provided|[;.,]?$)", _I
)
_PRODUCTION: Final = re.compile(r"production of (?P<target>.+?) as the result of (?P<processes>.+)$", _I)
_CLAUSE: Final = re.compile(
    r",?;? (?:and )?(?:or )?(?:"
    r"(?P<result>except for (?:a )?changes? (?=resulting from))|"
    r"(?P<except>except(?! as\b)(?: that)?(?: from)? )|"
    r"(?P<also>whether or not there is (?:also )?a change from )|"
    r"(?P<any>whether or not a change in tariff classification occurs)|"
    rf"(?P<value>(?={VALUE.pattern.replace('?P<method>', '?:')}))|"
    r"(?P<proviso>provided(?! therein| in | with )(?:,? that)?[:,]? )|"
    r"(?P<joint>(?<=, )if |by means of |(?<=, )unless ))|"
    r"(?P<list>: ?(?=List of ))|(?P<addition>\.? (?=In addition, the regional value))",
    _I,
)
_FROM_STRONG: Final = re.compile(
    r",? from (?=any (?:other )?(?:(?:sub)?heading|chapter|tariff item|good|product)|within |[a-z ]+ of that \w+|"
    r"(?:(?:sub)?heading|chapter|tariff item)s? \d|more than one of)",
    _I,
)
_FROM: Final = re.compile(r",? from ", _I)
_HAS_CODE: Final = re.compile(r"(?:heading|chapter|tariff item)s? \d", _I)


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
        if re.fullmatch(r"For any .+", words) and not re.search(r"\ba change to\b", words):
            outer, guard = name, words.rstrip(":")
            continue
        if guard and words.startswith("a change"):
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
    elif cursor.take(_NO_CHANGE):
        way, rest = _no_change(cursor)
    elif (production := cursor.take(_PRODUCTION)) is not None:
        way, rest = _production(production)
    else:
        raise cursor.refuse("a change, no change, or a production")
    return _with_clauses(label, guard, way, rest)


def _change(words: str) -> tuple[Change, str]:
    target, rest = _cut_target(words)
    sources, clauses = _cut_clauses(rest)
    return Change(target=read_target(target), source=From(sources=read_sources(sources))), clauses


def _cut_target(words: str) -> tuple[str, str]:
    """The target, and what follows its "from": the first one behind codes, or before a source that cannot be words."""
    plain = masked(words)
    strong = _FROM_STRONG.search(plain)
    for match in _FROM.finditer(plain):
        if (strong is not None and match.start() == strong.start()) or _HAS_CODE.search(plain, 0, match.start()):
            return words[: match.start()], words[match.end() :]
    first = _FROM.search(plain)
    if first is None:
        raise Cursor(words).refuse('"from" and a source')
    return words[: first.start()], words[first.end() :]


def _change_from(words: str, earlier: list[Alternative]) -> tuple[Change, str]:
    """ "a change from X to Y", or "a change from X", which is to the target of the alternative before it."""
    sources, clauses = _cut_clauses(words)
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
    processes, clauses = _cut_clauses(match["processes"].strip(" ;."))
    listed = re.split(r", or |, | or ", processes.strip(" ,"))
    return Production(target=read_target(match["target"]), processes=tuple(listed)), clauses


def _cut_clauses(words: str) -> tuple[str, str]:
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


def _with_clauses(label: str, guard: str, way: Change | NoChange | Production, words: str) -> Alternative:
    excluded: list[Excluded] = []
    also: tuple[str, list[Excluded]] | None = None
    value: tuple[ValueLimit, ...] = ()
    provisos: list[Proviso] = []
    any_classification = False
    for kind, opening, rest in _clauses(words):
        if kind == "result":
            provisos.append(NotBy(when=Circumstance(kind="stated", words=rest.strip(" ,;."))))
        elif kind == "except":
            (excluded if also is None else also[1]).extend(_excluded(rest))
        elif kind == "also":
            also = (rest, [])
        elif kind == "any":
            any_classification = True
            Cursor(rest).finish("nothing more")
        elif kind in ("value", "addition"):
            cursor = Cursor(rest.strip())
            value += read_value(cursor)
            cursor.finish("the end of the value content")
        elif kind == "list":
            provisos += read_provisos(rest, ":")
        else:
            provisos += read_provisos(rest, "provided that" if kind == "proviso" else opening.strip(" ,"))
    whole = From(sources=read_sources(also[0]), excluded=tuple(also[1])) if also else None
    if isinstance(way, Change):
        source = From(sources=way.source.sources, excluded=tuple(excluded))
        way = Change(target=way.target, source=source, also=whole, any_classification=any_classification)
    elif isinstance(way, NoChange):
        way = NoChange(target=way.target, also=whole)
    if not isinstance(way, Change) and (excluded or any_classification or (whole and isinstance(way, Production))):
        raise Cursor(words).refuse("no exception, where no change is asked for")
    return Alternative(label=label, guard=guard, way=way, value=value, provisos=tuple(provisos))


def _excluded(words: str) -> tuple[Excluded, ...]:
    return read_excluded(words.strip(" ,;."))
