"""The change in tariff classification: whether a material's code is one from which the rule lets the good change.

A requirement of a change applies to non-originating materials only (NAFTA Regulations, Schedule I s.1(c)); who asks
here has sorted them out. A code that is too coarse to tell, and words that no declared fact answers, leave it open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, NamedTuple

from transire.origin.case import Fact
from transire.origin.concordance import before, is_unprinted, spelled
from transire.origin.determination.codes_only import compile_codes
from transire.origin.determination.facts import is_named, naming, naming_of, stated, told
from transire.origin.determination.verdict import Verdict, all_of, any_of, negated
from transire.origin.ranges import Ranges, held
from transire.origin.rule.codes import CodeRange, width
from transire.origin.rule.tree import (
    AnyOther,
    Change,
    Circumstance,
    Excluded,
    From,
    Goods,
    Here,
    Rule,
    Several,
    Source,
)
from transire.origin.rule.wording import say_rule

Facts = Sequence[Fact]


class Asked(NamedTuple):
    """What was asked of the declared facts and not answered: of the good or of the material, in which words."""

    of_good: bool
    fact: str
    words: str


class Judged(NamedTuple):
    """Whether a material changes, and what would settle it where that is open."""

    verdict: Verdict
    asked: tuple[Asked, ...]


CHANGES: Final = Judged(True, ())
FAILS: Final = Judged(False, ())


class Shift:
    """One alternative's change, for a good of one code: compiled once, asked for each material."""

    def __init__(
        self,
        change: Change,
        rule: Rule,
        good: str,
        good_facts: Facts = (),
        edition: str = "",
        on: date | None = None,
    ) -> None:
        self.change = change
        self.rule = rule
        self.on = on
        """The day on whose edition the codes of materials are declared; None: not told, and each is taken as it is."""
        self.edition = edition
        """The edition of the Harmonized System in whose numbers the rule is printed; empty: not known."""
        self.good = good
        self.good_facts = good_facts
        self.group = change.target.codes
        self.named_targets = tuple(_named_targets(rule))
        self.by_codes = compile_codes(change, good, _contains)
        self.combinations = tuple(_combinations(change))
        """What it excludes only together ("more than one of the following")."""
        self._settled: dict[str, Verdict] = {}
        """Codes that were judged before, as far as codes alone decide."""
        self._headings: dict[str, bool | None] = {}
        """Headings that were judged before, as far as the heading tells."""
        self._known: dict[str, Judged] = {}

    def judge(self, digits: str, facts: Facts = ()) -> Judged:
        """Whether a non-originating material of this code, of which these facts were declared, makes the change."""
        settled = self._settled.get(digits)
        if settled is None:
            if self.edition and (older := before(digits[:6], self.edition)):
                return self._judged_as(older, facts)
            if self.on is not None and is_unprinted(digits, self.on) and not self._spells(digits):
                return self.judge(digits[:4], facts)
            settled = self._headings.get(digits[:4])
            if settled is None:
                settled = self._by_codes(digits)
            if settled is not None:
                self._settled[digits] = settled
        if settled is not None:
            return CHANGES if settled else FAILS
        if facts:
            return self._judged(digits, facts)
        known = self._known.get(digits)
        if known is None:
            known = self._known[digits] = self._judged(digits, ())
        return known

    def _spells(self, digits: str) -> bool:
        return digits[:6] in spelled(say_rule(self.rule))

    def _by_codes(self, digits: str) -> bool | None:
        """Whether a code changes where codes alone decide: most often its heading tells for all that is below it."""
        if self.by_codes is None:
            return None
        heading = digits[:4]
        try:
            found = self._headings[heading]
        except KeyError:
            found = self._headings[heading] = self._judged(heading, ()).verdict if len(heading) == 4 else None
        if found is None and len(digits) >= self.by_codes.least:
            found = self.by_codes.accepts(digits)
        return found

    def _judged_as(self, older: Sequence[str], facts: Facts) -> Judged:
        """A number that was made later than the rule, judged by the ones it was made from: open where they differ."""
        found = [self.judge(number, facts) for number in older]
        if all(one.verdict is found[0].verdict for one in found):
            return found[0]
        return Judged(None, tuple(dict.fromkeys(asked for one in found for asked in one.asked)))

    def verdicts(self, codes: Sequence[str]) -> list[Verdict]:
        """Whether materials of these codes make the change, as far as codes alone decide it."""
        found: list[Verdict] = list(map(self._settled.get, codes))
        if None not in set(found):  # a set tells by hash: a list would compare each with None
            return found
        if not self.edition:
            # Of most codes that were never asked for the heading was.
            found = [self._headings.get(digits[:4]) for digits in codes]
            self._settled.update(zip(codes, found, strict=True))
        return [self.judge(digits).verdict if told is None else told for digits, told in zip(codes, found, strict=True)]

    def _judged(self, digits: str, facts: Facts) -> Judged:
        asked: list[Asked] = []
        verdict = self._from(self.change.source, digits, facts, asked)
        if verdict is not True and self.change.also is not None:
            # "whether or not there is also a change from ..." only relaxes.
            verdict = any_of((verdict, self._from(self.change.also, digits, facts, asked)))
        return Judged(verdict, tuple(dict.fromkeys(asked)) if verdict is None else ())

    def _from(self, origin: From, digits: str, facts: Facts, asked: list[Asked]) -> Verdict:
        sweeping = any(_sweeps(source) for source in origin.sources)
        verdicts = []
        for at, source in enumerate(origin.sources):
            accepted = self._accepts(source, digits, facts, asked, origin.sources[:at])
            if accepted is not False:
                out = self._excluded(origin.excluded, source, sweeping, digits, facts, asked)
                accepted = all_of((accepted, negated(out)))
            if accepted is True:
                return True
            verdicts.append(accepted)
        return any_of(verdicts)

    def _accepts(
        self, source: Source, digits: str, facts: Facts, asked: list[Asked], before: tuple[Source, ...] = ()
    ) -> Verdict:
        if isinstance(source, AnyOther):
            return self._any_other(source, digits)
        if isinstance(source, Here):
            return negated(_differs(digits, self.good, width(source.level)))
        if isinstance(source, Several):
            return any_of(self._is_goods(part, digits, facts, asked, ()) for part in source.parts)
        return self._is_goods(source, digits, facts, asked, before)

    def _any_other(self, source: AnyOther, digits: str) -> Verdict:
        if self.change.any_classification:
            return True
        level = width(source.level)
        verdicts: list[Verdict] = []
        if source.group in ("outside", "inside"):
            inside = _in_group(digits, source.group_codes or self.group, level)
            verdicts.append(negated(inside) if source.group == "outside" else inside)
        if source.other and source.group != "outside":
            verdicts.append(_differs(digits, self.good, level))
        if source.within:
            verdicts.append(held(digits, source.within))
        return all_of(verdicts)

    def _is_goods(
        self, goods: Goods, digits: str, facts: Facts, asked: list[Asked], before: tuple[Source, ...]
    ) -> Verdict:
        by_code: Verdict = True
        if goods.here is not None:
            by_code = negated(_differs(digits, self.good, width(goods.here)))
        elif goods.codes:
            by_code = held(digits, goods.codes)
        if by_code is False:
            return False
        by_name = is_named(facts, goods, digits)
        if by_name is None:
            asked.append(Asked(False, "description", naming_of(goods)))
        if goods.other:
            by_name = all_of((by_name, negated(self._is_another(goods, facts, asked, before))))
        return all_of((by_code, by_name))

    def _is_another(self, goods: Goods, facts: Facts, asked: list[Asked], before: tuple[Source, ...]) -> Verdict:
        """ "any other good of ...": whether the material is the good of the target, or of an earlier source."""
        named = [self.change.target] if naming(self.change.target) else []
        named += [source for source in before if isinstance(source, Goods) and naming(source)]
        if not named:
            named = list(self.named_targets) if self.change.target.other else []
            if self.change.target.other and named:
                # The target is the remainder itself: the material must be one of the goods that are named.
                return negated(any_of(self._named(goods, facts, asked) for goods in named))
        return any_of(self._named(goods, facts, asked) for goods in named)

    def _named(self, goods: Goods, facts: Facts, asked: list[Asked]) -> Verdict:
        verdict = is_named(facts, goods)
        if verdict is None:
            asked.append(Asked(False, "description", naming(goods)))
        return verdict

    def _excluded(
        self,
        exclusions: tuple[Excluded, ...],
        source: Source,
        sweeping: bool,
        digits: str,
        facts: Facts,
        asked: list[Asked],
    ) -> Verdict:
        verdicts = []
        for exclusion in exclusions:
            if sweeping and not _sweeps(source) and _contains(exclusion.source, source):
                continue  # What the sentence names stands against an exclusion that merely contains it.
            verdict = self._bites(exclusion, digits, facts, asked)
            if verdict is True:
                return True
            verdicts.append(verdict)
        return any_of(verdicts)

    def _bites(self, exclusion: Excluded, digits: str, facts: Facts, asked: list[Asked]) -> Verdict:
        if isinstance(exclusion.source, Several) and exclusion.source.how != "any_combination":
            return False  # Parts that matter together are looked at in the whole bill: see `combined`.
        elsewhere = digits[:2] != self.good[:2]
        if isinstance(exclusion.source, Goods) and _only_words(exclusion.source) and elsewhere:
            # Words without a code name assemblies of goods like this one; nobody is asked whether a screw is one.
            return is_named(facts, exclusion.source) is True
        own: list[Asked] = []
        verdict = self._accepts(exclusion.source, digits, facts, own)
        if verdict is False:
            return False
        if exclusion.target is not None:
            verdict = all_of((verdict, self._good_is(exclusion.target, own)))
        if exclusion.when is not None:
            verdict = all_of((verdict, self._happens(exclusion.when, facts, own)))
        asked.extend(own)
        return verdict

    def _good_is(self, target: Goods, asked: list[Asked]) -> Verdict:
        by_code = held(self.good, target.codes) if target.codes else True
        if by_code is False:
            return False
        by_name = is_named(self.good_facts, target, self.good)
        if by_name is None:
            asked.append(Asked(True, "description", naming(target)))
        return all_of((by_code, by_name))

    def _happens(self, when: Circumstance, facts: Facts, asked: list[Asked]) -> Verdict:
        verdict = circumstance(when, self.good_facts, facts)
        if verdict is None:
            asked.append(Asked(True, when.kind if when.kind != "stated" else "as_stated", when.words))
        return verdict

    def combined(self, materials: Sequence[tuple[str, Facts]]) -> Judged:
        """Whether the materials together are what an exclusion forbids together ("more than one of the following")."""
        asked: list[Asked] = []
        verdicts = []
        for source in self.combinations:
            hits = [
                any_of(self._is_goods(part, digits, facts, asked, ()) for digits, facts in materials)
                for part in source.parts
            ]
            verdicts.append(_enough(hits, len(hits) if source.how == "both" else 2))
        verdict = any_of(verdicts)
        return Judged(verdict, tuple(dict.fromkeys(asked)) if verdict is None else ())


def circumstance(when: Circumstance, good_facts: Facts, facts: Facts = ()) -> Verdict:
    """Whether a change came about in that way: by simple assembly, by GRI 2(a), or as the words say."""
    if when.kind == "stated":
        found = stated(good_facts, when.words)
        found = stated(facts, when.words) if found is None else found
    else:
        found = told(good_facts, when.kind)
        found = told(facts, when.kind) if found is None else found
    return negated(found) if when.unless else found


def _enough(hits: Sequence[Verdict], needed: int) -> Verdict:
    if sum(hit is True for hit in hits) >= needed:
        return True
    return None if sum(hit is not False for hit in hits) >= needed else False


def _named_targets(rule: Rule) -> Iterator[Goods]:
    for alternative in rule.alternatives:
        target = getattr(alternative.way, "target", None)
        if isinstance(target, Goods) and naming(target) and not target.other:
            yield target


def _combinations(change: Change) -> Iterator[Several]:
    excluded = change.source.excluded + (() if change.also is None else change.also.excluded)
    for exclusion in excluded:
        if isinstance(exclusion.source, Several) and exclusion.source.how != "any_combination":
            yield exclusion.source


def _sweeps(source: Source) -> bool:
    return isinstance(source, AnyOther) or (isinstance(source, Goods) and source.other)


def _only_words(goods: Goods) -> bool:
    return not goods.codes and goods.here is None and bool(naming(goods))


def _contains(outer: Source, inner: Source) -> bool:
    """Whether everything that the inner source names by code lies in the outer one, which no words narrow."""
    if not (isinstance(outer, Goods) and isinstance(inner, Goods) and outer.codes and inner.codes):
        return False
    if naming(outer) and naming(outer) != naming(inner):
        return False
    return all(held(end, outer.codes) for codes in inner.codes for end in (codes.first, codes.last))


def _differs(digits: str, own: str, level: int) -> Verdict:
    """Whether two codes differ at a level; None where they agree as far as the shorter one goes."""
    shared = min(len(digits), len(own), level)
    if digits[:shared] != own[:shared]:
        return True
    return False if shared == level else None


def _in_group(digits: str, group: Sequence[CodeRange], level: int) -> Verdict:
    """Whether a code lies in the group, compared at the coarser of the two levels."""
    coarser: Ranges = tuple(
        CodeRange(codes.first[:level], codes.last[:level]) if codes.level > level else codes for codes in group
    )
    return held(digits, coarser)
