"""Every tree of the rule language prints a sentence that reads back to it, and no text makes the reader fall over."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import msgspec
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from transire.origin.errors import RuleNotUnderstood
from transire.origin.rule.codes import LEVELS, CodeRange, Level, width
from transire.origin.rule.explaining import explain
from transire.origin.rule.reading import read, read_rule
from transire.origin.rule.tree import (
    Alternative,
    AnyOther,
    Change,
    ChemicalReaction,
    Circumstance,
    CutAndSewn,
    Excluded,
    From,
    Goods,
    Here,
    Method,
    NoChange,
    NotBy,
    Production,
    Proportion,
    Rule,
    Several,
    Stated,
    ValueLimit,
    VisibleLining,
)
from transire.origin.rule.wording import say_rule

LEVEL = st.sampled_from(LEVELS)
NAMES = st.sampled_from(
    [
        "vermouth",
        "sulphur dioxide",
        "printed circuit assemblies (PCAs)",
        '"smart cards" with a chip',
        "strips or rolls of a width exceeding 15 cm",
        "paper, in sheets, whether or not printed",
        "1,2-dichloropropane (propylene dichloride) or dichlorobutanes",
        "assemblies incorporating more than one of the following: compressor, condenser",
        "parts of machinery for the manufacture of products from these materials",
        "parts of printers specified in Note 3 of Chapter 84",
    ]
)
WHICH = st.sampled_from(["which have undergone tanning", "of a kind used in motor vehicles", "put up for retail sale"])


@st.composite
def code_ranges(draw: st.DrawFn, level: Level) -> CodeRange:
    digits = width(level)
    chapter = draw(st.sampled_from([f"{at:02}" for at in range(1, 98) if at != 77]))
    ends = sorted(draw(st.lists(st.integers(0, 10 ** (digits - 2) - 1), min_size=2, max_size=2)))
    one, other = (chapter + (f"{end:0{digits - 2}}" if digits > 2 else "") for end in ends)
    return CodeRange(one, other if draw(st.booleans()) else one)


@st.composite
def code_lists(draw: st.DrawFn) -> tuple[CodeRange, ...]:
    level = draw(LEVEL)
    return tuple(draw(st.lists(code_ranges(level), min_size=1, max_size=3)))


PLAIN = st.builds(Goods, codes=code_lists())
NAMED = st.builds(Goods, words=NAMES, codes=code_lists())
REMAINDER = st.builds(Goods, words=st.just("") | NAMES, codes=code_lists(), other=st.just(True))
AT_HOME = st.builds(Goods, words=NAMES, here=LEVEL)
BY_NAME = st.builds(Goods, words=NAMES)
DESCRIBED = st.builds(Goods, words=st.just("") | NAMES, codes=code_lists(), which=WHICH)
GOODS = PLAIN | NAMED | REMAINDER | AT_HOME | BY_NAME | DESCRIBED

ANY = (
    st.builds(AnyOther, level=LEVEL, group=st.none() | st.sampled_from(["including", "outside", "inside"]))
    | st.builds(AnyOther, level=LEVEL, within=code_lists(), group=st.none() | st.sampled_from(["including", "outside"]))
    | st.builds(AnyOther, level=LEVEL, group=st.just("including"), group_codes=code_lists())
    | st.builds(AnyOther, level=LEVEL, within=code_lists(), other=st.just(False))
)
SEVERAL = st.builds(
    Several,
    parts=st.lists(PLAIN | NAMED, min_size=2, max_size=3).map(tuple),
    how=st.sampled_from(["more_than_one", "both"]),
)
SOURCES = st.lists(ANY | GOODS | st.builds(Here, level=LEVEL), min_size=1, max_size=3).map(tuple)

CIRCUMSTANCES = st.builds(
    Circumstance, kind=st.sampled_from(["simple_assembly", "gri_2a"]), unless=st.booleans()
) | st.builds(
    Circumstance,
    kind=st.just("stated"),
    words=st.sampled_from(["the change is a result of adding text", "the change involves bending to shape"]),
    unless=st.booleans(),
)
EXCLUDED = (
    st.builds(Excluded, source=ANY | GOODS | SEVERAL)
    | st.builds(Excluded, source=PLAIN | NAMED, when=CIRCUMSTANCES)
    | st.builds(Excluded, source=PLAIN | NAMED, target=PLAIN | NAMED)
)
FROM = st.builds(From, sources=SOURCES, excluded=st.lists(EXCLUDED, max_size=3).map(tuple))

TARGETS = PLAIN | NAMED | REMAINDER | DESCRIBED
WAYS = (
    st.builds(Change, target=TARGETS, source=FROM, also=st.none() | FROM, any_classification=st.booleans())
    | st.builds(NoChange, target=st.none() | PLAIN | NAMED | REMAINDER)
    | st.builds(NoChange, target=PLAIN, also=FROM)
    | st.builds(
        Production,
        target=PLAIN,
        processes=st.lists(
            st.sampled_from(["coking", "alkylation", "vacuum distillation"]), min_size=1, max_size=3, unique=True
        ).map(tuple),
    )
)

PERCENTS = st.decimals(min_value=0, max_value=100, places=1).map(lambda one: Decimal(f"{one.normalize():f}"))
_METHODS: tuple[Method | None, ...] = ("transaction_value", "net_cost", "build_up", "build_down", None)
METHODS = st.sampled_from(_METHODS)


@st.composite
def value_limits(draw: st.DrawFn) -> ValueLimit:
    start = draw(st.none() | st.dates(date(1994, 1, 1), date(2040, 1, 1)))
    end = None if start is None else draw(st.none() | st.just(start + timedelta(days=700)))
    when = draw(st.sampled_from(["", "the good contains more than one active ingredient"]))
    return ValueLimit(percent=draw(PERCENTS), method=draw(METHODS), when=when, start=start, end=end)


PROVISOS = (
    st.builds(
        Proportion,
        of=NAMED,
        bound=st.sampled_from(["at_most", "at_least", "less_than", "more_than"]),
        percent=PERCENTS,
        measure=st.sampled_from(["weight", "dry_weight", "volume"]),
        whole=st.sampled_from(["the good", "the sugar"]),
        originating=st.none() | st.booleans(),
    ).filter(lambda share: "," not in share.of.words)
    | st.builds(CutAndSewn, shape=st.sampled_from(["cut", "cut_or_knit", "cut_or_knit_or_both"]))
    | st.builds(
        VisibleLining, chapter=st.sampled_from(["61", "62"]), of=st.sampled_from(["", "a coat of heading 61.02"])
    )
    | st.builds(ChemicalReaction, words=st.sampled_from(["", "as defined in Note 1"]))
    | st.builds(NotBy, when=CIRCUMSTANCES.filter(lambda when: when.kind != "stated"))
    | st.builds(
        Stated, words=st.sampled_from(["the fresh good is wholly obtained", "two of the parts, at least, originate"])
    )
)


def _labels(count: int, style: str) -> list[str]:
    if style == "none" or count == 1:
        return [""] * count
    return [str(at + 1) if style == "1" else chr(ord(style) + at) for at in range(count)]


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    ways = draw(st.lists(WAYS, min_size=1, max_size=4))
    labels = _labels(len(ways), draw(st.sampled_from(["none", "1", "A", "a"])))
    return Rule(
        alternatives=tuple(
            Alternative(
                label=label,
                way=way,
                guard=draw(st.sampled_from(["", "For any colour, as defined in the Colour Index"])),
                value=tuple(draw(st.lists(value_limits(), max_size=3))),
                provisos=tuple(draw(st.lists(PROVISOS, max_size=2))),
            )
            for label, way in zip(labels, ways, strict=True)
        )
    )


# Long sentences shrink slowly: a failing one is shown as it was found.
_SETTINGS = settings(phases=[Phase.explicit, Phase.reuse, Phase.generate], max_examples=50)


@_SETTINGS
@given(rules())
def test_a_sentence_reads_back_to_the_tree_that_printed_it(rule: Rule) -> None:
    assert read_rule(say_rule(rule)) == rule


@_SETTINGS
@given(rules())
def test_a_tree_survives_its_file_and_can_be_explained(rule: Rule) -> None:
    assert msgspec.json.decode(msgspec.json.encode(rule), type=Rule) == rule
    assert all(explain(one).endswith(".") for one in rule.alternatives)


_PIECES = st.sampled_from(
    [
        *("A change to", "from", "heading 84.14", "headings", "any other", "subheading", "chapter", ", except from"),
        *("; or", "(A)", "(1)", "provided that", "60 percent", "where the net cost method is used", "8414", "when"),
        *("provided there is a regional value content of not less than", "more than one of the following:", "or", "."),
        *("whether or not there is also a change from", "within that group", "No change in tariff classification", ","),
        *("Production of any good of", "as the result of", "(", ")", '"', "-", "For any good", "is required", "[...]"),
    ]
)


@given(st.lists(_PIECES | st.text(max_size=5), max_size=25).map(" ".join))
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    reading = read(text)
    assert reading.rule.alternatives
    try:
        rule = read_rule(text)
    except RuleNotUnderstood:
        assert not reading.understood
        assert reading.anomalies
    else:
        assert read_rule(say_rule(rule)) == rule
