"""The tree of a rule of origin: what a sentence of a treaty's annex says, in types.

    Rule                     any one alternative suffices
    └── Alternative          its label in the text, the words that open it, what must be done, and on which conditions
        ├── way              Change | NoChange | Production | Unread
        ├── value            the regional value content that goes with this alternative, never with another
        └── provisos         what else must hold

A change is read for non-originating materials only (19 CFR part 181 Appendix, Schedule I s.1(c)). Every word of the
sentence stands in some node: words that name a good or state a condition are kept as words, for a declared fact to
answer. Codes are digits without dots.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from transire.origin.rule.codes import CodeRange, Level

Method = Literal["transaction_value", "net_cost", "build_up", "build_down"]
Bound = Literal["at_most", "at_least", "less_than", "more_than"]
Share = Literal["weight", "dry_weight", "volume", "content"]


class Node(msgspec.Struct, frozen=True, kw_only=True, tag_field="node", omit_defaults=True):
    """What all nodes share: frozen, compared by value, tagged in JSON."""


class Goods(Node, frozen=True, kw_only=True, tag="goods"):
    """Goods named in a rule, as its target or as a source: codes, words, or both.

    `words` narrow the codes ("concentrates of poppy straw"); `which` are words that follow the codes ("which have
    undergone a tanning process"). `other` is the remainder of the codes: in a target, what no target of an earlier or
    later alternative of the rule names by words; in a source, what the target (or an earlier source) does not name.
    `here` stands for the codes of the position of the good itself at that level ("phenols of that subheading").
    `less` are goods taken out again ("other than", "excluding"). All codes of one node are of one level.
    """

    words: str = ""
    codes: tuple[CodeRange, ...] = ()
    which: str = ""
    other: bool = False
    here: Level | None = None
    less: tuple[Goods, ...] = ()


class AnyOther(Node, frozen=True, kw_only=True, tag="any_other"):
    """ "any other heading": every material whose code differs from the good's own at this level.

    `group` says how the numbers of the alternative's target are taken: `including` lets a material come from another
    number of the target ("including another heading within that group"), `outside` refuses all of them, `inside`
    accepts only them. None: only the good's own number is refused. `group_codes` spells the group where the sentence
    does ("including another subheading within subheadings 2903.11 through 2903.15"); empty: the target's codes.
    `within` limits the source ("any other subheading within heading 85.18"). `other` is False in "any subheading
    within chapter 29", which does not refuse the good's own number.
    """

    level: Level
    group: Literal["including", "outside", "inside"] | None = None
    group_codes: tuple[CodeRange, ...] = ()
    within: tuple[CodeRange, ...] = ()
    other: bool = True


class Here(Node, frozen=True, kw_only=True, tag="here"):
    """ "within that subheading": materials of the good's own number at this level; no change of it is needed."""

    level: Level


class Several(Node, frozen=True, kw_only=True, tag="several"):
    """Parts that matter together: more than one of a list, a combination of both, or combinations of a list.

    `more_than_one`: materials of at least two of the parts; `both`: of all parts; `any_combination`: of one or more.
    """

    parts: tuple[Goods, ...]
    how: Literal["more_than_one", "both", "any_combination"]


Source = AnyOther | Here | Goods | Several


class Circumstance(Node, frozen=True, kw_only=True, tag="circumstance"):
    """How a change came about, where the rule asks for it: by simple assembly, by GRI 2(a), or as the words say.

    `unless` turns it round ("unless the change involves bending to shape").
    """

    kind: Literal["simple_assembly", "gri_2a", "stated"]
    words: str = ""
    unless: bool = False


class Excluded(Node, frozen=True, kw_only=True, tag="excluded"):
    """ "except from ...": a source that does not count, only for a target or in a circumstance where one is named."""

    source: Source
    target: Goods | None = None
    when: Circumstance | None = None


class From(Node, frozen=True, kw_only=True, tag="from"):
    """Where materials may come from: any of the sources, none of the exclusions.

    An exclusion limits the sources that sweep (`AnyOther`, a remainder); a source that the sentence names by its own
    codes or words stands against an exclusion that merely contains it. Without a sweeping source it limits them all.
    """

    sources: tuple[Source, ...]
    excluded: tuple[Excluded, ...] = ()


class Change(Node, frozen=True, kw_only=True, tag="change"):
    """ "A change to TARGET from SOURCE": each non-originating material comes from `source`, or from `also`.

    `also` is "whether or not there is also a change from ...": it only relaxes; at least one material comes from
    `source` where the rule is used for that. `any_classification` is "whether or not a change in tariff
    classification occurs": the source alone counts, its code does not.
    """

    target: Goods
    source: From
    also: From | None = None
    any_classification: bool = False


class NoChange(Node, frozen=True, kw_only=True, tag="no_change"):
    """ "No required change in tariff classification": materials of any code will do. Target None: the rule's scope."""

    target: Goods | None = None
    also: From | None = None


class Production(Node, frozen=True, kw_only=True, tag="production"):
    """ "Production of any good of heading 2710 as the result of ...": one of the processes makes it originate."""

    target: Goods
    processes: tuple[str, ...]


class Unread(Node, frozen=True, kw_only=True, tag="unread"):
    """An alternative that was not understood, or that its source prints only in part: kept whole, decides nothing."""

    words: str
    reason: str


Way = Change | NoChange | Production | Unread


class ValueLimit(Node, frozen=True, kw_only=True, tag="value_limit"):
    """A regional value content of not less than so many percent under a method (None: any method that is open).

    `when` are words that narrow it ("the good contains no more than one active ingredient"); `start` and `end` its
    dates, both days included.
    """

    percent: Decimal
    method: Method | None = None
    when: str = ""
    start: date | None = None
    end: date | None = None


class Proportion(Node, frozen=True, kw_only=True, tag="proportion"):
    """A share by weight or volume: of what, how much at most or at least, of which whole. Never a value content.

    `whole` is "the good" or the words of the text ("the sugar", "the alcoholic content of the good"). `originating`
    is True or False where the sentence says which materials are counted, None where it does not. `single` is "a
    single ...", which is each taken alone.
    """

    of: Goods
    bound: Bound
    percent: Decimal
    measure: Share
    whole: str
    originating: bool | None = None


class CutAndSewn(Node, frozen=True, kw_only=True, tag="cut_and_sewn"):
    """The good is cut, or knit to shape, and sewn or otherwise assembled, in the territory of the parties."""

    shape: Literal["cut", "cut_or_knit", "cut_or_knit_or_both"]
    assembly: Literal["sewn_or_assembled", "assembled"] = "sewn_or_assembled"


class VisibleLining(Node, frozen=True, kw_only=True, tag="visible_lining"):
    """The visible lining fabric listed in Note 1 to the chapter makes the change given there.

    `of` are words that name the garments that must ("a garment of heading 61.02, ... imported as part of an
    ensemble"); empty: every good of the rule.
    """

    chapter: str
    note: str = "1"
    of: str = ""


class ChemicalReaction(Node, frozen=True, kw_only=True, tag="chemical_reaction"):
    """The good is the product of a chemical reaction; `words` where the sentence narrows or points to a note."""

    words: str = ""


class NotBy(Node, frozen=True, kw_only=True, tag="not_by"):
    """The change does not count in a circumstance ("except when pursuant to General Rule of Interpretation 2(a)")."""

    when: Circumstance


class Stated(Node, frozen=True, kw_only=True, tag="stated"):
    """Any other condition, in the words of the rule; `joint` are the words that tie it to the sentence."""

    words: str
    joint: str = "provided that"


Proviso = Proportion | CutAndSewn | VisibleLining | ChemicalReaction | NotBy | Stated


class Alternative(Node, frozen=True, kw_only=True, tag="alternative"):
    """One way to satisfy a rule. `label` as printed ("1", "A", "2(a)"), empty where there is none.

    `guard` are words that open it and narrow the goods ("For any colour ... identified in the List of Colours").
    """

    way: Way
    label: str = ""
    guard: str = ""
    value: tuple[ValueLimit, ...] = ()
    provisos: tuple[Proviso, ...] = ()


class Rule(Node, frozen=True, kw_only=True, tag="rule"):
    """A product-specific rule: satisfying any one of its alternatives suffices."""

    alternatives: tuple[Alternative, ...]
