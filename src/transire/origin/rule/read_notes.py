"""Reading the notes that stand above rules: each into what it does to them, or refused.

The sentences are few and formal; each has a pattern of its own, and no word of it may be left.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Final

from transire.origin.errors import RuleNotUnderstood
from transire.origin.rule import notes
from transire.origin.rule.read_codes import read_codes
from transire.origin.rule.read_goods import read_sources
from transire.origin.rule.read_target import read_target
from transire.origin.rule.scan import Cursor, in_one_style
from transire.origin.rule.tree import CutAndSewn, Goods, Proportion

_I: Final = re.IGNORECASE | re.ASCII | re.DOTALL
_HEAD: Final = re.compile(r"(?:(?<=^)|(?<=[.;:] )|(?<=or ))Note(?: (?P<number>\d+))?: ", re.ASCII)
_RULE: Final = re.compile(
    r"(?:(?<=[.:] )|(?<=\d )|(?<=^))(?:\((?:1|A)\) )?"
    r"(?:A change to (?!any of the following headings)|No (?:required )?change in)"
)
_FOOTNOTE: Final = re.compile(r"(?<=\. )\d (?=For purposes of this Note)", re.ASCII)
_TERRITORY: Final = (
    r"in the territory of (?:one or more (?:of the )?(?:NAFTA|USMCA) countries|a NAFTA country|that NAFTA country)"
)
_ITEMS: Final = re.compile(r"[;,.:]? (?:and |or )*\((?:[a-j]|[A-J]|\d|i{1,3})\) ", re.ASCII)


def split_notes(text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """The notes of a text, each with its number, and the rule that stands behind them.

    >>> split_notes("Note 1: This is so. A change to heading 56.06 from any other chapter.")
    ((('1', 'This is so.'),), 'A change to heading 56.06 from any other chapter.')
    """
    plain, rule, tail = in_one_style(text), "", list[tuple[str, str]]()
    footnote = _FOOTNOTE.search(plain)
    if footnote is not None:
        tail, plain = [("", plain[footnote.end() :])], plain[: footnote.start()].strip()
    heads = list(_HEAD.finditer(plain))
    if not heads:
        return tuple(tail), plain
    before = plain[: heads[0].start()].strip()
    found = []
    for head, end in zip(heads, [*(head.start() for head in heads[1:]), len(plain)], strict=True):
        words = plain[head.end() : end]
        start = _RULE.search(words)
        if start is not None:
            words, rule = words[: start.start()], words[start.start() :]
        found.append((head["number"] or "", words.strip()))
    return (*found, *tail), rule or before


def read_note(text: str, goods: Goods | None = None) -> tuple[notes.Note, ...]:
    """What a note does. `goods` are those of the chapter, section or number that it stands above.

    Raises: RuleNotUnderstood.

    >>> read_note("For purposes of determining the origin of a good of this Chapter, the rule applicable to that good "
    ... "shall only apply to the component that determines the tariff classification of the good and such component "
    ... "must satisfy the tariff change requirements set out in the rule for that good.")
    (ComponentDecides(lining=False),)
    """
    plain = in_one_style(text).strip(" ")
    for pattern, build in _NOTES:
        match = pattern.fullmatch(plain.rstrip(" ."))
        if match is not None:
            return build(match, goods or Goods())
    raise RuleNotUnderstood(got=repr(plain[:120]), expected="a note of a kind that is known")


def _items(text: str) -> tuple[str, ...]:
    return tuple(item for item in (piece.strip(" ,;.") for piece in _ITEMS.split(f" {text}")) if item)


def _one(words: str) -> Goods:
    (source,) = read_sources(words)
    if not isinstance(source, Goods):
        raise Cursor(words).refuse("goods")
    return source


def _component(match: re.Match[str], goods: Goods) -> tuple[notes.Note, ...]:
    return (notes.ComponentDecides(lining=match["lining"] is not None),)


def _lining(match: re.Match[str], goods: Goods) -> tuple[notes.Note, ...]:
    listed, less = match["codes"], ""
    taken = re.search(r" \(excluding tariff items? (?P<less>[^)]*)\)", listed)
    if taken is not None:
        less, listed = taken["less"], listed[: taken.start()] + listed[taken.end() :]
    codes, out = read_codes(Cursor(f"headings {listed}"), mixed=True), read_codes(Cursor(f"tariff items {less}"))
    return (notes.LiningShift(codes=codes, less=out),)


def _fabric(match: re.Match[str], goods: Goods) -> tuple[notes.Note, ...]:
    sewn = "sewn" in match["made"]
    made = CutAndSewn(shape="cut", assembly="sewn_or_assembled" if sewn else "assembled")
    named = goods if match["goods"].lower().startswith("apparel goods of this") else _narrowed(goods, match["goods"])
    fabrics = tuple(read_target(item) for item in _items(match["fabrics"]))
    shell = f"{match['weave'] or ''}fabric of the outer shell"
    return (
        notes.FabricConfers(
            goods=named, made=made, fabrics=fabrics, shell=shell, exclusive_of=match["exclusive"] or ""
        ),
    )


def _narrowed(goods: Goods, words: str) -> Goods:
    return Goods(words=words, codes=goods.codes)


def _tolerance(match: re.Match[str], goods: Goods) -> tuple[notes.Note, ...]:
    applies = "not" not in match["applies"]
    found = []
    for one in re.split(r" and (?=non-originating )", match["materials"]):
        material, _, used = re.sub(r",? when used", " used", one).partition(" used in the production of ")
        named = material.removeprefix("non-originating ")
        found.append(notes.Tolerance(applies=applies, material=_one(named), used_in=read_target(used)))
    return tuple(found)


def _fresh(match: re.Match[str], goods: Goods) -> tuple[notes.Note, ...]:
    return (notes.FreshObtained(goods=read_target(match["goods"]), by=match["by"]),)


def _definition(match: re.Match[str], goods: Goods) -> tuple[notes.Note, ...]:
    words = match["meaning"]
    meaning, *parts = (words,) if "parts" not in match.groupdict() else (words, *_items(match["parts"]))
    return (notes.Definition(term=match["term"].strip(" ,"), meaning=meaning, parts=tuple(parts)),)


def _processes(match: re.Match[str], goods: Goods) -> tuple[notes.Note, ...]:
    target = read_target(match["goods"])
    return tuple(
        notes.ProcessConfers(
            goods=target, process="stated", words=name.strip(" -\u2014").lower(), results=(meaning.strip(),)
        )
        for name, _, meaning in (item.partition(" \u2014 ") for item in _items(match["list"]))
    )


def _blending(match: re.Match[str], goods: Goods) -> tuple[notes.Note, ...]:
    share = Proportion(
        of=Goods(words="material"), bound="at_most", percent=Decimal(match["percent"]), measure="volume",
        whole="the good", originating=False,
    )  # fmt: skip
    return (notes.Definition(term=match["term"], meaning=match["meaning"], share=share),)


def _treated(match: re.Match[str], goods: Goods) -> tuple[notes.Note, ...]:
    return (notes.TreatedAsOriginating(goods=read_target(match["goods"]), conditions=_items(match["conditions"])),)


def _further(match: re.Match[str], goods: Goods) -> tuple[notes.Note, ...]:
    to = match["to"].lower()
    outside = to == "a subheading outside that group"
    listed = match["goods"]
    named = _several_codes(listed) if listed.startswith("a good of subheadings") else read_target(listed)
    kind = "subheading_outside_group" if outside else "any_other_subheading"
    return (notes.FurtherProductionAllowed(goods=named, change_to=kind),)  # type: ignore[arg-type]


def _several_codes(words: str) -> Goods:
    return Goods(codes=read_codes(Cursor(words.removeprefix("a good of "))))


def _disregarded(match: re.Match[str], goods: Goods) -> tuple[notes.Note, ...]:
    listed = re.split(r", or (?=parts)", match["materials"])
    return (notes.OriginDisregarded(goods=read_target(match["goods"]), materials=tuple(_one(item) for item in listed)),)


def _separately(match: re.Match[str], goods: Goods) -> tuple[notes.Note, ...]:
    named = match.groupdict().get("goods")
    return (notes.SeparatelyDetermined(goods=read_target(named) if named else goods, as_if=match["as_if"]),)


def _units(match: re.Match[str], goods: Goods) -> tuple[notes.Note, ...]:
    target = read_target(match["goods"])
    return (
        notes.SeparatelyDetermined(goods=target, as_if=match["as_if"]),
        notes.Definition(
            term="rate of duty applicable to each unit presented in a system", parts=_items(match["rates"])
        ),
        notes.Definition(term="unit presented within a system", parts=_items(match["units"])),
    )


def _barred(match: re.Match[str], goods: Goods) -> tuple[notes.Note, ...]:
    used = tuple(one for one in read_sources(match["used"]) if isinstance(one, Goods))
    return (notes.ValueAlternativeBarred(goods=read_target(match["goods"]), used_in=used),)


def _reaction(match: re.Match[str], goods: Goods) -> tuple[notes.Note, ...]:
    return (notes.ProcessConfers(goods=_group(match), process="chemical_reaction"),)


def _purification(match: re.Match[str], goods: Goods) -> tuple[notes.Note, ...]:
    results = _items(match["results"])
    return (notes.ProcessConfers(goods=_group(match), process="purification", results=results),)


def _group(match: re.Match[str]) -> Goods:
    less = tuple(one for one in read_sources(match["less"]) if isinstance(one, Goods))
    return Goods(codes=read_target(match["goods"]).codes, less=less)


def _thread(match: re.Match[str], goods: Goods) -> tuple[notes.Note, ...]:
    yarn, used = match["yarn"], read_sources(match["thread"])
    materials = [one for one in used if isinstance(one, Goods)] + ([_one(yarn)] if yarn else [])
    return (notes.ThreadFormed(materials=tuple(materials), use="sewing_thread"),)


def _separation(match: re.Match[str], goods: Goods) -> tuple[notes.Note, ...]:
    """The exception of this sentence is not printed in the source: `goods`, of the scope column, carry it."""
    return (notes.SeparationDenies(goods=goods),)


_Builder = Callable[[re.Match[str], Goods], tuple[notes.Note, ...]]

# Each kind of note: its sentence, with its parts named, and what is made of it. Line ends stand for blanks.
_SENTENCES: Final[tuple[tuple[str, _Builder], ...]] = (
    (
        r"""For purposes of determining the origin of a good of this Chapter, the rule applicable to that good shall
        only apply to the component that determines the tariff classification of the good and such component must
        satisfy the tariff change requirements set out in the rule for that good(?P<lining>\. If the rule requires that
        the good must also satisfy the tariff change requirements for visible lining fabrics listed in Note 1 to this
        Chapter, such requirement shall only apply to the visible lining fabric in the main body of the garment,
        excluding sleeves, which covers the largest surface area, and shall not apply to removable linings)?""",
        _component,
    ),
    (
        r"""A change to any of the following headings or subheadings for visible lining fabrics: (?P<codes>.+?), from
        any heading outside that group""",
        _lining,
    ),
    (
        r"""(?P<goods>.+?) shall be considered to originate if they are (?P<made>both cut and (?:sewn or otherwise )?
        ?assembled) TERRITORY and if the (?P<weave>plain weave )?fabric of the outer shell(?:, exclusive of
        (?P<exclusive>[^,]+),)? is wholly of one or more of the following: (?P<fabrics>.+)""",
        _fabric,
    ),
    (r"Notwithstanding .+? (?P<applies>does not apply|applies) to (?P<materials>non-originating .+)", _tolerance),
    (
        r"""(?P<goods>Fruit, nut and vegetable preparations of Chapter 20) that have been prepared or preserved merely
        (?P<by>.+), shall be treated as an originating good only if the fresh good were wholly produced or obtained
        entirely TERRITORY""",
        _fresh,
    ),
    (r"For purposes of (?P<goods>heading [\d.]+), the following processes confer origin: (?P<list>.+)", _processes),
    (
        r"""For purposes of heading [\d.]+, (?P<term>direct blending) is defined as (?P<meaning>.+), provided that the
        non-originating material constitutes no more than (?P<percent>\d+) percent by volume of the good""",
        _blending,
    ),
    (
        r"""For purposes of heading [\d.]+, a (?P<term>chemical reaction) is (?P<meaning>.+\. The following processes
        are not considered to be chemical reactions for the purposes of this definition:) (?P<parts>\(a\).+)""",
        _definition,
    ),
    (
        r"""A material, imported into the territory of a NAFTA country for use in the production of (?P<goods>a good
        classified under heading [\d.]+), shall be treated as a material originating TERRITORY if:
        (?P<conditions>.+)""",
        _treated,
    ),
    (
        r"""Notwithstanding section 16 \(Transshipment\) of these Regulations, (?P<goods>.+?) qualifying under the rule
        below as (?:an originating good|originating goods) may undergo further production outside the territory of the
        NAFTA countries and, when imported into the territory of a NAFTA country, will originate TERRITORY, provided
        that such further production did not result in a change to (?P<to>any other subheading|a subheading outside that
        group)""",
        _further,
    ),
    (
        r"""The origin of (?P<goods>the goods of Chapter \d+) shall be determined without regard to the origin of
        (?P<materials>.+), which may be included therewith""",
        _disregarded,
    ),
    (
        r"""For purposes of (?P<goods>subheading [\d.]+), the origin of each unit presented within a system shall be
        determined in accordance with the rule that would be applicable to such unit (?P<as_if>if it were presented
        separately) and the rate of duty applicable to each unit presented in a system shall be: (?P<rates>.+)\. For
        purposes of this Note, the term unit presented within a system shall mean: (?P<units>.+)""",
        _units,
    ),
    (
        r"""The origin of each unit presented within a system shall be determined as though (?P<as_if>each unit were
        presented separately and were classified under the appropriate tariff provision for that unit)""",
        _separately,
    ),
    (
        r"""The origin of (?P<goods>a television combination unit) shall be determined in accordance with the rule that
        would be applicable to such unit (?P<as_if>if it were solely a television receiver)""",
        _separately,
    ),
    (
        r"""The alternative rule which contains a regional value content requirement does not apply to (?P<goods>a part
        or accessory of subheading [\d.]+) if that part or accessory is used in the production of a good of
        (?P<used>.+)""",
        _barred,
    ),
    (r"For purposes of this Chapter, the term, (?P<term>[^,]+), means (?P<meaning>.+)", _definition),
    (r"For purposes of the following rule, (?P<term>flat yarns) means, (?P<meaning>.+)", _definition),
    (r"For purposes of this Note, (?P<term>average yarn number), (?P<meaning>as applied to .+)", _definition),
    (
        r"""For purposes of tariff item [\d.]+, the term (?P<term>front panel assembly) refers
        to:(?P<meaning>) ?(?P<parts>\(a\) .+?)(?:; or)?""",
        _definition,
    ),
    (r"For purposes of this Chapter:(?P<term>)(?P<meaning>) ?(?P<parts>\(a\) .+)", _definition),
    (
        r"(?P<term>Tariff item [\d.]+) covers the following parts of (?P<meaning>[^:]+): (?P<parts>\(a\) .+)",
        _definition,
    ),
    (r"The following are (?P<term>parts for .+?):(?P<meaning>) ?(?P<parts>\(a\) .+)", _definition),
    (
        r"""(?P<goods>A good of chapters \d+ through \d+), except (?P<less>a good of .+?), that results from a chemical
        reaction TERRITORY shall be treated as an originating good""",
        _reaction,
    ),
    (
        r"""(?P<goods>A good of chapters \d+ through \d+), except for (?P<less>a good of .+?), that is subject to
        purification is an originating good, provided that the purification occurs TERRITORY and results in the
        following: (?P<results>.+)""",
        _purification,
    ),
    (
        r"""A good of chapters \d+ through \d+ (?:\[\.\.\.\] )?that undergoes a change from one classification to
        another TERRITORY as a result of the separation of one or more materials from a man-made mixture, shall not be
        treated as an originating good unless the isolated material underwent a chemical reaction TERRITORY""",
        _separation,
    ),
    (
        r"""Effective 12 months from the date of entry into force of the agreement, and notwithstanding chapter rule 2
        of this chapter, a good of this chapter containing (?P<thread>sewing thread of .+?)(?:, or (?P<yarn>yarn of .+?
        used as sewing thread))? shall be considered originating only if such sewing thread is both formed and finished
        TERRITORY""",
        _thread,
    ),
)


def _compiled(sentence: str) -> re.Pattern[str]:
    plain = " ".join(sentence.split()).replace("TERRITORY", _TERRITORY)
    return re.compile(plain.replace("For purposes of", "For (?:the )?purposes of"), _I)


_NOTES: Final = tuple((_compiled(sentence), build) for sentence, build in _SENTENCES)
