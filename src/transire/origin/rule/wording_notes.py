"""The effect of a note as a sentence, for a page or a binder."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from transire.origin.rule import notes
from transire.origin.rule.codes import CodeRange
from transire.origin.rule.tree import CutAndSewn, Goods
from transire.origin.rule.wording import say_codes, say_proviso, say_target

_COMPONENT: Final = "The rule applies only to the component that determines the tariff classification of the good."
_LINING: Final = (
    " A requirement for the visible lining applies only to the lining of the main body, sleeves excluded, that covers "
    "the largest surface area; not to removable linings."
)
_FURTHER: Final = {
    "any_other_subheading": "does not change the subheading",
    "subheading_outside_group": "does not change it to a subheading outside that group",
}


def say_note(note: notes.Note) -> str:
    """What a note does, in a sentence.

    >>> say_note(notes.ComponentDecides())
    'The rule applies only to the component that determines the tariff classification of the good.'
    """
    match note:
        case notes.ComponentDecides(lining=lining):
            return _COMPONENT + (_LINING if lining else "")
        case notes.LiningShift(codes=codes, less=less):
            without = f", other than {_codes(less)}" if less else ""
            return f"A visible lining fabric of {_codes(codes)}{without} comes from a heading outside that group."
        case notes.FabricConfers():
            return _fabric(note)
        case notes.ProcessConfers():
            return _process(note)
        case notes.SeparationDenies(goods=goods):
            return (
                f"{_goods(goods)} isolated from a man-made mixture do not originate by their change of number, unless "
                " the isolated material underwent a chemical reaction in the territory of the parties."
            )
        case notes.ThreadFormed(materials=materials, use=use):
            listed = ", ".join(say_target(one) for one in materials)
            return (
                f"{listed}, used as {use.replace('_', ' ')}, are formed and finished in the territory of the parties."
            )
        case notes.FreshObtained(goods=goods, by=by):
            return (
                f"{_goods(goods)} prepared or preserved merely {by} originate only if the fresh good was wholly "
                "obtained or produced in the territory of the parties."
            )
        case notes.Tolerance():
            return _tolerance(note)
        case _:
            return _other(note)


def _other(note: notes.Note) -> str:
    match note:
        case notes.TreatedAsOriginating(goods=goods, conditions=conditions):
            return f"In the production of {_goods(goods)} a material counts as originating if {_or(conditions)}."
        case notes.FurtherProductionAllowed(goods=goods, change_to=change):
            return (
                f"{_goods(goods)} may be worked on outside the territory of the parties while that {_FURTHER[change]}."
            )
        case notes.GrownOriginates(goods=goods):
            return f"{_goods(goods)} grown in the territory originate, whatever the origin of seed, bulb or cutting."
        case notes.DryWeight(unless=unless):
            return f"A weight in these rules is the dry weight{', unless ' + unless if unless else ''}."
        case notes.OriginDisregarded(goods=goods, materials=materials):
            listed = " or ".join(say_target(one) for one in materials)
            return f"The origin of {listed} included with {_goods(goods)} is disregarded."
        case notes.SeparatelyDetermined(goods=goods, as_if=as_if):
            joint = "as" if as_if.startswith("if") else "as though"
            return f"The origin of {_goods(goods)} is determined {joint} {as_if}."
        case notes.ValueAlternativeBarred(goods=goods, used_in=used):
            listed = " or ".join(say_target(one) for one in used)
            return (
                f"The alternative with a value content is closed to {_goods(goods)} used in the production of {listed}."
            )
        case notes.Definition():
            return _definition(note)
    raise AssertionError(f"a note of an unknown kind: {note}")


def _fabric(note: notes.FabricConfers) -> str:
    made = say_proviso(CutAndSewn(shape=note.made.shape)).removeprefix("the good is ")
    if note.made.assembly == "assembled":
        made = made.replace("sewn or otherwise assembled", "assembled")
    apart = f", exclusive of {note.exclusive_of}," if note.exclusive_of else ""
    listed = "; ".join(say_target(one) for one in note.fabrics)
    return (
        f"{_goods(note.goods)} originate if they are {made} and the {note.shell}{apart} is wholly of one of: {listed}."
    )


def _process(note: notes.ProcessConfers) -> str:
    name = note.words or note.process.replace("_", " ")
    results = f": {_or(note.results)}" if note.results else ""
    return f"{_goods(note.goods)} that result from {name} in the territory of the parties originate{results}."


def _tolerance(note: notes.Tolerance) -> str:
    applies = "applies" if note.applies else "does not apply"
    return (
        f"The tolerance (de minimis) {applies} to non-originating {say_target(note.material)} used in the production "
        f"of {say_target(note.used_in)}."
    )


def _definition(note: notes.Definition) -> str:
    said = f"{note.term}: {note.meaning}".strip(": ") if note.term else note.meaning
    parts = "; ".join(note.parts)
    share = "" if note.share is None else f" ({say_proviso(note.share)})"
    return f"{said}{': ' if said and parts else ''}{parts}{share}".rstrip(".") + "."


def _goods(goods: Goods) -> str:
    if not (goods.words or goods.codes):
        return "the goods"
    listed = say_target(Goods(words=goods.words, codes=goods.codes, which=goods.which))
    less = [say_target(one) for one in goods.less]
    return f"{'' if goods.words else 'goods of '}{listed}" + (f", other than {_or(less)}" if less else "")


def _codes(codes: Sequence[CodeRange]) -> str:
    """Codes of mixed levels, each run with the word of its level."""
    return ", ".join(say_codes(tuple(run)) for _, run in groupby(codes, key=lambda one: one.kind))


def _or(items: Sequence[str]) -> str:
    return "; or ".join(items)
