"""What was declared of a good or a material, and whether the words of a rule are answered by it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from transire.origin.case import Description, Fact, FactName
from transire.origin.determination.verdict import Verdict, all_of
from transire.origin.errors import FactMalformed, FactsContradict
from transire.origin.ranges import held
from transire.origin.rule.tree import Goods

_TEXTS: Final = frozenset({"process", "principal_use"})
_QUOTES: Final = str.maketrans({"\u201c": '"', "\u201d": '"', "\u2018": "'", "\u2019": "'"})
_ENDS: Final = " .,;\"'"
_ARTICLE: Final = re.compile(r"^(?:a|an|the)\s+")


def check_facts(facts: Sequence[Fact], where: str) -> None:
    """Refuse a fact whose value is not of its kind, and two that contradict each other."""
    said: dict[tuple[str, str], bool | str] = {}
    for at, fact in enumerate(facts):
        place = f"{where}/facts/{at}"
        kind = str if fact.fact in _TEXTS else Description if fact.fact == "description" else bool
        if not isinstance(fact.value, kind):
            raise FactMalformed(got=type(fact.value).__name__, expected=_KIND_NAMES[kind], where=f"{place}/value")
        if (fact.fact == "as_stated") != (fact.text is not None):
            expected = "text for as_stated, and for no other fact"
            raise FactMalformed(got=fact.fact, expected=expected, where=f"{place}/text")
        answered = fact.value.match if isinstance(fact.value, Description) else fact.value
        words = fact.value.words if isinstance(fact.value, Description) else fact.text or ""
        if said.setdefault((fact.fact, normalized(words)), answered) != answered:
            raise FactsContradict(got=fact.fact, where=place)


def told(facts: Sequence[Fact], name: FactName) -> Verdict:
    """Whether a fact was declared true or false; None where it was not declared.

    >>> told((Fact(fact="cut_and_sewn", value=True),), "cut_and_sewn"), told((), "cut_and_sewn")
    (True, None)
    """
    for fact in facts:
        if fact.fact == name and isinstance(fact.value, bool):
            return fact.value
    return None


def text_of(facts: Sequence[Fact], name: FactName) -> str | None:
    """The text of `process` or `principal_use`; None where it was not declared."""
    for fact in facts:
        if fact.fact == name and isinstance(fact.value, str):
            return normalized(fact.value)
    return None


def stated(facts: Sequence[Fact], words: str) -> Verdict:
    """Whether these words of a rule were declared to hold."""
    asked = normalized(words)
    for fact in facts:
        if fact.fact == "as_stated" and fact.text is not None and normalized(fact.text) == asked:
            return bool(fact.value)
    return None


def described(facts: Sequence[Fact], words: str) -> Verdict:
    """Whether the good or material was declared to be, or not to be, what these words name.

    >>> fact = Fact(fact="description", value=Description(words="Vermouth", match=False))
    >>> described((fact,), "vermouth"), described((fact,), "cider")
    (False, None)
    """
    if not facts:
        return None
    asked = normalized(words)
    for fact in facts:
        if isinstance(fact.value, Description) and normalized(fact.value.words) == asked:
            return fact.value.match
    return stated(facts, words)


def is_named(facts: Sequence[Fact], goods: Goods, digits: str = "") -> Verdict:
    """Whether it is what the words of a node name: the words, what follows the codes, less the goods taken out.

    >>> from transire.origin.rule.codes import CodeRange
    >>> is_named((), Goods()), is_named((), Goods(less=(Goods(codes=(CodeRange("3301", "3301"),)),)), "330112")
    (True, False)
    """
    verdict = _words(facts, goods)
    for out in goods.less:
        by_code = held(digits, out.codes) if out.codes and digits else True
        taken_out = all_of((by_code, _words(facts, out))) if out.codes or naming(out) else False
        if taken_out is True:
            return False
        if taken_out is None and verdict is True:
            verdict = None
    return verdict


def _words(facts: Sequence[Fact], goods: Goods) -> Verdict:
    if not (goods.words or goods.which):
        return True
    whole = naming(goods)
    if (answer := described(facts, whole)) is not None:
        return answer
    parts = [part for part in (goods.words, goods.which) if part]
    answers = [described(facts, part) for part in parts]
    if False in answers:
        return False
    return None if None in answers else True


def naming(goods: Goods) -> str:
    """The words by which a node names goods; empty where only codes do.

    >>> naming(Goods(words="smart cards", which="which contain a single integrated circuit"))
    'smart cards which contain a single integrated circuit'
    """
    return " ".join(part for part in (goods.words, goods.which) if part)


def naming_of(goods: Goods) -> str:
    """The words to be answered about a node: its own, else those of what it takes out."""
    return naming(goods) or next((naming(out) for out in goods.less if naming(out)), "")


@lru_cache(maxsize=4096)
def normalized(words: str) -> str:
    """Words as they are compared: one case, one kind of quotation mark, no article before, single spaces.

    >>> normalized("The  “smart cards”")
    'smart cards'
    """
    plain = " ".join(words.translate(_QUOTES).casefold().split()).strip(_ENDS)
    return _ARTICLE.sub("", plain).strip(_ENDS)


_KIND_NAMES: Final[dict[type, str]] = {str: "text", bool: "true or false", Description: "words and match"}
