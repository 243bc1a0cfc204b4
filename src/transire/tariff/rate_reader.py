"""Reads the rate columns of the schedule into trees. The words are a closed list: what is not on it is not guessed at.

`tidy` takes away what carries no meaning (mark-up, blanks around signs, a word divided at the end of a line); the tree
of a text prints exactly its tidied form, which the tests hold for every row of the schedule.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, Literal

from transire.tariff.rates import (
    AdValorem,
    Applicable,
    Capped,
    Elsewhere,
    Free,
    Measure,
    Rate,
    Seen,
    SlidingScale,
    Specific,
    Sum,
    Term,
    Unchanged,
    Unread,
    UponValue,
)

LONGEST: Final = 2000
"""Characters of a rate; the longest that the schedule prints (9801.00.80) has about 700."""

_MARKUP: Final = re.compile(r"</?[a-zA-Z][^<>]*>")
_DIVIDED: Final = re.compile(r"(?<=[a-z])- (?=[a-z])")
_FIGURE: Final = r"(?P<figure>[0-9][0-9,]*(?:\.[0-9]+)?(?: [0-9]+/[0-9]+)?)"
_PERCENT: Final = re.compile(_FIGURE + r"(?P<sign>%| percent)(?P<words>.*)")
_MONEY: Final = re.compile(rf"(?:\${_FIGURE}|(?P<cents>[0-9][0-9,]*(?:\.[0-9]+)?)¢)(?P<words>.+)")
# Patterns that few rates need stand as texts: `re` compiles and remembers them at their first use, not at each start.
_SUGAR: Final = (
    r"(?P<base>\S+) less (?P<step>\S+) for each degree under (?P<degrees>[0-9]+) degrees "
    r"\(and fractions of a degree in proportion\) but not less than (?P<floor>\S+)"
)
_CAP: Final = (
    r"(?P<sum>.+?)(?P<words>, but if consisting in part of a plate or a set of plates the total duty shall not exceed "
    r"the duty for the complete movement)"
)
_ABOVE: Final = r"/jewel over (?P<above>[0-9]+)"
_APPLICABLE: Final = (
    r"(?P<words>The duty provided (?:for )?in the applicable subheading"
    r"|The duty provided in subheadings [0-9.]+(?:(?:, | or )[0-9.]+)*"
    r"|The duty rate provided in such subheading)"
    r"(?:(?P<by> \+ a duty of | \+ | plus | minus )(?P<change>.+))?"
)
_NUMBER: Final = r"[0-9]{4}(?:\.[0-9]{2}){0,3}"
_SEEN: Final = rf"See (?P<numbers>{_NUMBER}(?:(?:-|, | and |,? or | ){_NUMBER})*)"
_NOTE: Final = r"See (?:additional )?U\.S\. note [0-9]+(?:\([a-z0-9]+\))*(?: to this subchapter)?"

# What a percentage is taken of, where it is not the entered value: the words and the parts that they name.
_STRAP: Final = "strap, band or bracelet"
PARTS: Final[dict[str, tuple[str, ...]]] = {
    "": (),
    " on the entire set": (),
    " on the full value of the imported article": (),
    " on the case": ("case",),
    f" on the {_STRAP}": (_STRAP,),
    " on the battery": ("battery",),
    f" on the case and {_STRAP}": ("case", _STRAP),
    f" on case and {_STRAP}": ("case", _STRAP),
    " on the movement": ("movement",),
    " on the movement and case": ("movement", "case"),
    " on the apparatus": ("apparatus",),
    " on the value of the lead content": ("lead content",),
    " on the value of the rifle": ("rifle",),
    " on the value of the telescopic sight, if any": ("telescopic sight",),
    " of the cost of such goods or repairs": ("goods or repairs",),
    " of the cost of such parts": ("parts",),
    " of the cost of such parts or materials": ("parts or materials",),
    " of the fair retail value": ("fair retail value",),
    **{
        f" upon the value of the {of} content": (f"{of} content",) for of in ("steel", "aluminum", "copper", "non-U.S.")
    },
}

# What money is for: the words behind the sign, and the unit of quantity that the schedule prints for it.
MEASURES: Final[dict[str, Measure]] = {
    " each": Measure("No."),
    " for each other piece or part": Measure("No.", "other pieces or parts"),
    "/head": Measure("No."),
    "/article": Measure("No."),
    "/1000": Measure("No.", count=1000),
    "/1,000": Measure("No.", count=1000),
    "/1,000 pins": Measure("No.", count=1000),
    "/thousand": Measure("thousands"),
    "/doz.": Measure("doz."),
    "/gross": Measure("gross"),
    "/gross of immediate containers": Measure("gross", "immediate containers"),
    "/line/gross": Measure("gr.lines"),
    "/pr.": Measure("prs."),
    "/pack": Measure("pack"),
    "/jewel": Measure("Jwls."),
    "/kg": Measure("kg"),
    "/g": Measure("g"),
    "/t": Measure("t"),
    "/liter": Measure("liters"),
    "/pf.liter": Measure("pf.liters"),
    "/pf. liter": Measure("pf.liters"),
    "/pf. liter on ethyl alcohol content": Measure("pf.liters"),
    "/bbl": Measure("bbl"),
    "/m": Measure("m"),
    "/lin. m": Measure("lin. m"),
    "/m2": Measure("m2"),
    "/m2 of recording surface": Measure("m2", "recording surface"),
    "/m3": Measure("m3"),
    "/clean kg": Measure("kg", "clean yield"),
    "/kg of total sugars": Measure("kg", "total sugars"),
    "/kg of anhydrous morphine content": Measure("kg", "anhydrous morphine content"),
    "/kg on drained weight": Measure("kg", "drained weight"),
    "/kg on contents and container": Measure("kg", "contents and container"),
    "/kg on entire contents of container": Measure("kg", "entire contents of container"),
    "/kg, including weight of container": Measure("kg", "contents and container"),
    "/t, including weight of container": Measure("t", "contents and container"),
    **{
        f"/kg on {metal} content": Measure("kg", f"{metal} content")
        for metal in ("lead", "copper", "zinc", "tungsten", "molybdenum", "manganese", "magnesium", "silicon")
    },
}

# Free under a condition that the entry itself does not show.
_CONDITIONS: Final = (
    r"under bond(?:, as prescribed in U\.S\. note [0-9]+ to this subchapter)?"
    r"|under the terms of U\.S\. note [0-9]+(?:\([a-z]\))*(?: to this subchapter)?"
    r"|for such temporary periods as the Secretary of the Treasury by regulation may prescribe"
)

# The rate of something else. In the order of the schedule; each with what its rate is looked up for.
_ELSEWHERE: Final = tuple(
    (words, of)
    for words, of in (
        (r"The rate applicable to each garment in the (?:in the )?ensemble if (?:separately )?entered(?: separately)?",
         "each garment of the ensemble"),
        (r"The rate of duty applicable to that article in the set subject to the highest rate of duty",
         "the article of the set with the highest rate"),
        (r"The rate applicable to the natural juice in heading 2009", "the natural juice"),
        (r"The rate applicable to the article of which it is (?:a part or|an) accessory", "the article it belongs to"),
        (r"The rate applicable to the complete, assembled movement", "the complete movement"),
        (r"The rate applicable to each article in the absence of this subheading", "each article by itself"),
        (r"The rate applicable in the absence of this (?:sub)?heading(?: on the cost of such parts)?",
         "the number on which the goods fall otherwise"),
        (r"The rate provided for beneficiary countries in heading [0-9]{4}(?:\.[0-9]{2})*", "that heading"),
        (r"The duty rate provided for originating goods of (?:Korea|Colombia) in such subheading", "that programme"),
        (r"A duty equal to the duty upon the importation of like articles not previously exported, .+",
         "like articles not exported before"),
        (r"A duty \(in lieu of any other duty or tax\) equal to the sum of any duty and internal-?revenue tax .+",
         "like articles not exported before, with internal revenue tax"),
    )
)  # fmt: skip

# Chapter 98, subchapter II: a duty at the rate of the applicable subheading, upon a part of the value.
_NOTES: Final = r"(?: \(see U\.S\. [nN]ote [0-9]+ (?:of|to) this subchapter\))?"
_UPON_VALUE: Final = tuple(
    (words + _NOTES, part, less)
    for words, part, less in (
        (r"A duty upon the value of the repairs or alterations", "repairs or alterations", False),
        (r"A duty upon the value of such processing outside the United States", "processing abroad", False),
        (r"A duty upon the full value of the imported article,? less the (?:cost or )?value of "
         r"(?:such products|fabrics, components or materials) of the United States",
         "products of the United States", True),
    )
)  # fmt: skip


def tidy(text: str) -> str:
    """The text without what carries no meaning.

    >>> tidy("18.7¢/m<sup>2 </sup>+ 0.4%"), tidy("The duty provided in the applicable subheading +10%.")
    ('18.7¢/m2 + 0.4%', 'The duty provided in the applicable subheading + 10%')
    """
    plain = _MARKUP.sub("", text).replace("m²", "m2").replace("m³", "m3").replace("\u00a0", " ")
    plain = re.sub(r"\s+", " ", plain).strip()
    plain = _DIVIDED.sub("", plain)
    plain = re.sub(r" ?\+(?![,)]) ?", " + ", plain)  # not the plus of an indicator: (S+)
    plain = re.sub(r" ?/ ?(?=[a-z])", "/", plain)
    return plain.removesuffix(".") if plain.startswith(("The duty", "No ")) else plain


@lru_cache(maxsize=8192)
def read_rate(text: str) -> Rate:
    """Read one rate. It never raises: what is not understood comes back as `Unread`, with the reason.

    >>> read_rate("4.9¢/kg + 3%").terms[0].measure.unit
    'kg'
    >>> read_rate("37% /").why
    'no rate of the schedule reads so: 37% /'
    """
    if len(text) > LONGEST:
        return Unread(text, f"longer than {LONGEST} characters")
    plain = tidy(text)
    if not plain:
        return Unread(text, "the column is blank")
    return (
        _read_words(plain)
        or _read_arithmetic(plain)
        or Unread(plain, f"no rate of the schedule reads so: {plain[:80]}")
    )


def _read_words(plain: str) -> Rate | None:
    """The rates that are said in words."""
    if plain == "Free":
        return Free()
    if plain in ("No change", "No Change"):
        return Unchanged(plain)
    if plain.startswith("Free, ") and re.fullmatch(_CONDITIONS, plain[6:]):
        return Free(plain[6:])
    if plain.startswith("See "):
        return _read_seen(plain)
    if plain.startswith("The duty"):
        found = _read_applicable(plain)
        if found is not None:
            return found
    return _read_upon_value(plain) or _read_elsewhere(plain)


def _read_seen(plain: str) -> Seen | None:
    if re.fullmatch(_NOTE, plain):
        return Seen(plain)
    matched = re.fullmatch(_SEEN, plain)
    if matched is None:
        return None
    ranges = re.findall(rf"({_NUMBER})(?:-({_NUMBER}))?", matched["numbers"])
    return Seen(plain, tuple((first, last or first) for first, last in ranges))


def _read_applicable(plain: str) -> Applicable | None:
    matched = re.fullmatch(_APPLICABLE, plain)
    if matched is None:
        return None
    if matched["change"] is None:
        return Applicable(matched["words"])
    change = _read_percent(matched["change"])
    return None if change is None else Applicable(matched["words"], change, matched["by"])


def _read_upon_value(plain: str) -> UponValue | None:
    for words, part, less in _UPON_VALUE:
        if re.fullmatch(words, plain):
            return UponValue(plain, part, less)
    return None


def _read_elsewhere(plain: str) -> Elsewhere | None:
    for words, of in _ELSEWHERE:
        if re.fullmatch(words, plain):
            return Elsewhere(plain, of)
    return None


def _read_arithmetic(plain: str) -> Rate | None:
    """Percentages and money, alone or added up; the scale of sugar; a sum with a cap."""
    sugar = re.fullmatch(_SUGAR, plain)
    if sugar is not None:
        steps = [_read_money(sugar[name]) for name in ("base", "step", "floor")]
        base, step, floor = steps
        return SlidingScale(base, step, floor, sugar["degrees"]) if base and step and floor else None
    capped = re.fullmatch(_CAP, plain)
    if capped is not None:
        inner = _read_sum(capped["sum"])
        return None if inner is None else Capped(inner, capped["words"])
    return _read_sum(plain)


def _read_sum(plain: str) -> Sum | None:
    terms: list[Term] = []
    for text in plain.split(" + "):
        term = _read_percent(text) or _read_money(text)
        if term is None:
            return None
        terms.append(term)
    return Sum(tuple(terms))


def _read_percent(text: str) -> AdValorem | None:
    matched = _PERCENT.fullmatch(text)
    if matched is None:
        return None
    parts = PARTS.get(matched["words"])
    sign: Literal["%", " percent"] = "%" if matched["sign"] == "%" else " percent"
    return None if parts is None else AdValorem(matched["figure"], parts, matched["words"], sign)


def _read_money(text: str) -> Specific | None:
    matched = _MONEY.fullmatch(text)
    if matched is None:
        return None
    amount, sign = (matched["cents"], "¢") if matched["cents"] else (matched["figure"], "$")
    over = re.fullmatch(_ABOVE, matched["words"])
    measure = MEASURES.get("/jewel" if over else matched["words"])
    if measure is None:
        return None
    above = int(over["above"]) if over else 0
    return Specific(amount, "¢" if sign == "¢" else "$", measure, matched["words"], above)
