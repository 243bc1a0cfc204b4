"""Reading value contents: percents under methods, with words and dates that narrow them."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Final

from transire.origin.rule.scan import Cursor
from transire.origin.rule.tree import Method, ValueLimit

_I: Final = re.IGNORECASE | re.ASCII
METHODS: Final[dict[str, Method]] = {
    "transaction value": "transaction_value",
    "net cost": "net_cost",
    "build-up": "build_up",
    "build-down": "build_down",
}
_METHOD: Final = rf"(?P<method>{'|'.join(METHODS)}) method"
_USED_WHERE: Final = re.compile(rf" (?:where|when|if) the {_METHOD} is used", _I)
_UNDER: Final = re.compile(rf" (?:under|using|based on) the {_METHOD}", _I)
VALUE: Final = re.compile(
    r"(?:provided (?:that )?there is (?:also )?(?:a|an) regional value content|"
    r"in addition, the regional value content must be)"
    rf"(?: under the (?P<method>{'|'.join(METHODS)}) method)?(?: of)? not less than:? ?",
    _I,
)
_PERCENT: Final = re.compile(r"(?P<percent>\d+(?:\.\d+)?) percent", re.ASCII)
_LABEL: Final = re.compile(r"\((?:[a-z]|[ivx]+|\d+)\) ?", _I)
_NEXT: Final = re.compile(r"[,;]? ?(?:or|and) |[,;] (?=\(|\d)", _I)
_DAY: Final = r"[A-Z][a-z]+ \d{1,2}, \d{4}"
_DATES: Final = re.compile(
    rf",? beginning on (?P<start>{_DAY})(?:(?:,? and ending on|,? until) (?P<end>{_DAY}))?", re.ASCII
)
_WHEN: Final = re.compile(r" and (?P<when>the good [^,;]+)", _I)
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
         "December"), 1
    )
}  # fmt: skip


def read_value(cursor: Cursor) -> tuple[ValueLimit, ...]:
    """The limits of a value content, whose opening words stand at the cursor.

    >>> [limit.method for limit in read_value(Cursor("provided there is a regional value content of not less than: "
    ... "(a) 60 percent where the transaction value method is used, or (b) 50 percent where the net cost method is "
    ... "used"))]
    ['transaction_value', 'net_cost']
    """
    opening = cursor.take(VALUE)
    if opening is None:
        raise cursor.refuse("a regional value content")
    common = METHODS[opening["method"].lower()] if opening["method"] else None
    found = []
    while True:
        cursor.take(_LABEL)
        found.append(_limit(cursor, common))
        before = cursor.at
        if not cursor.take(_NEXT):
            return tuple(found)
        if not (cursor.sees(_LABEL) or cursor.sees(_PERCENT)):
            cursor.at = before
            return tuple(found)


def _limit(cursor: Cursor, common: Method | None) -> ValueLimit:
    percent = cursor.take(_PERCENT)
    if percent is None:
        raise cursor.refuse("a percent")
    used = cursor.take(_USED_WHERE) or cursor.take(_UNDER)
    when = cursor.take(_WHEN)
    dates = cursor.take(_DATES)
    return ValueLimit(
        percent=Decimal(percent["percent"]),
        method=METHODS[used["method"].lower()] if used else common,
        when=when["when"].rstrip(" .") if when else "",
        start=_day(dates["start"]) if dates else None,
        end=_day(dates["end"]) if dates and dates["end"] else None,
    )


def _day(text: str) -> date:
    month, day, year = text.replace(",", "").split()
    return date(int(year), _MONTHS[month], int(day))
