"""What is wrong in a file of the schedule. It is reported and kept, never corrected: law can have errors too."""

from __future__ import annotations

from typing import Final

import msgspec


class Anomaly(msgspec.Struct, frozen=True, omit_defaults=True):
    """One finding in a file: its code, the row from 1 (0 for the file as a whole), and what stands there."""

    code: str
    row: int
    number: str
    got: str
    expected: str = ""


MEANINGS: Final[dict[str, str]] = {
    "number-form": "This is not a tariff number as the schedule prints one; the row cannot be found by its number.",
    "number-repeated": "This number stands on an earlier row too; the first one counts.",
    "indent-jump": "The row is more than one step deeper than the row above; its parent is the nearest row above it.",
    "indent-unread": "The indent is no whole number from 0 to 30; the row is taken to be as deep as the row above.",
    "rate-on-heading": "A heading prints a rate; the schedule prints rates on eight-digit items and lines only.",
    "rate-filled-down": "The general rate is that of the row above, and no other column is filled: it was copied down.",
    "rate-contradicts": "The row prints another general rate than the item to which it belongs.",
    "rate-unread": "The text of a rate column does not read as a rate; no duty is computed from it.",
    "special-unread": "A part of the Special column does not read as a rate with its indicators.",
    "percent-reformatted": "Every percentage has two decimal places: a spreadsheet wrote them, and may have lost more.",
    "markup": "Descriptions, units or rates hold mark-up; it is left out when they are shown.",
    "unit-blank": "The row lists a unit of quantity without a name.",
    "control-character": "A cell holds a control character; it is left out.",
}
"""Every code, with the sentence that is shown for it."""

DOUBTFUL: Final = ("rate-on-heading", "rate-filled-down", "rate-contradicts")
"""The codes that make a general rate doubtful: it is kept as printed and not computed with."""

REPEATED: Final = "rate-repeated"
"""A mark and no anomaly: the row repeats the general rate of its item, and the item is to be read."""
