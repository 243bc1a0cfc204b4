"""The rows of the schedule, as an export lists them: each with its indent, its row above, its units and its rates."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from transire.tariff.anomalies import REPEATED, Anomaly

_NUMBER: Final = re.compile(r"[0-9]{4}(?:\.[0-9]{2}){0,3}", re.ASCII)
_MARKUP: Final = re.compile(r"</?[a-zA-Z][^<>]*>")


class Footnote(msgspec.Struct, frozen=True, array_like=True):
    """A footnote of a row, and the columns at which its mark stands (the JSON export only)."""

    columns: tuple[str, ...]
    text: str


class ScheduleRow(msgspec.Struct, frozen=True, array_like=True):
    """One row of the schedule. `number` is blank in headings; `parent` counts from 0, -1 at the top.

    `doubt` is the code of the anomaly for which the general rate is not to be computed with.
    """

    number: str
    indent: int
    parent: int
    description: str
    units: tuple[str, ...] = ()
    general: str = ""
    special: str = ""
    column_2: str = ""
    quota: str = ""
    additional: str = ""
    footnotes: tuple[Footnote, ...] = ()
    doubt: str = ""

    @property
    def digits(self) -> str:
        """The digits of the number; blank where it is not printed as the schedule prints one."""
        return self.number.replace(".", "") if _NUMBER.fullmatch(self.number) else ""

    @property
    def has_rates(self) -> bool:
        """Whether rates of its own stand on the row: not on a heading, and not copied down from the row of its item."""
        return len(self.digits) >= 8 and bool(
            self.column_2 or self.special or (self.general and self.doubt != REPEATED)
        )


class Export(msgspec.Struct, frozen=True):
    """A file that was read: its rows in order, and what is wrong with them."""

    form: str
    rows: tuple[ScheduleRow, ...]
    anomalies: tuple[Anomaly, ...]


def plain_text(text: str) -> str:
    """A description without its mark-up.

    >>> plain_text("<i>Gallus domesticus</i>, of a <b>weight</b>")
    'Gallus domesticus, of a weight'
    """
    return " ".join(_MARKUP.sub("", text).split()) if "<" in text else text


def plain_units(row: ScheduleRow) -> tuple[str, ...]:
    """The units of a row without mark-up and blanks; "No. and kg" are two units.

    >>> plain_units(ScheduleRow("4409.10.20.00", 2, -1, "", ("m<sup>2</sup>", "No. and kg")))
    ('m2', 'No.', 'kg')
    """
    plain = (plain_text(unit.replace("\\/", "/")).replace("m²", "m2").replace("m³", "m3") for unit in row.units)
    return tuple(unit for both in plain for unit in both.split(" and ") if unit)
