"""What is said beside a figure: nothing is wrong, but the person who files has to know it. One catalogue of codes."""

from __future__ import annotations

from typing import Final

import msgspec


class Notice(msgspec.Struct, frozen=True, omit_defaults=True):
    """One notice: its code, the sentence, what it is about, and where."""

    code: str
    sentence: str
    got: str = ""
    where: str = ""


SENTENCES: Final[dict[str, str]] = {
    "tariff.edition-old": "The edition is more than half a year older than the entry; rates may have changed.",
    "tariff.value-rounded": "Values are entered in whole dollars; this one was rounded.",
    "tariff.quantity-rounded": "Quantities are entered in hundredths; this one was rounded.",
    "tariff.quantity-converted": "This quantity was converted into the unit of the schedule.",
    "tariff.unit-not-given": "The schedule asks for a quantity in this unit too, and the line does not give it.",
    "tariff.unit-not-asked": "The schedule asks for no quantity in this unit or in one it converts into.",
    "tariff.part-not-used": "No rate on this line is on the value of this part.",
    "tariff.under-condition": "The rate is free under a condition that the case does not show.",
    "tariff.general-applies": "This number prints no special rate, so that its general rate applies to the claim.",
    "tariff.number-in-footnote": "A footnote of the schedule names this number; see whether it applies.",
    "tariff.country-not-checked": "Whether this country is a beneficiary of the programme was not checked.",
    "tariff.programme-not-sure": "What is known of the programme ends before that day; see whether it was renewed.",
    "tariff.fee-not-confirmed": "This figure of a fee was not read in its notice; confirm it before you rely on it.",
    "tariff.fee-not-computed": "This fee or tax may be due on goods of this chapter and is not computed here.",
    "tariff.value-above-informal": "The value is above the limit for informal entries.",
    "tariff.no-mode": "The case names no mode of transport, so that no harbor maintenance fee is computed.",
    "tariff.day-assumed": "No day of entry is given yet; the rates and fees of this day are shown.",
    "tariff.column-2": "The rates of column 2 apply to goods of this country.",
}


def notice(code: str, got: object = "", where: str = "") -> Notice:
    """A notice of the catalogue."""
    return Notice(code, SENTENCES[code], str(got), where)
