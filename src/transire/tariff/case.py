"""A case: what has to be known of an entry to work out its duty and fees. The form is closed, and amounts are exact.

Amounts and quantities are texts (`"1250.50"`), so that no door rounds them. `schema()` is the same form as JSON Schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from transire.errors import TransireError
from transire.tariff.errors import CaseMalformed, LineRepeated

SCHEMA_ID: Final = "https://transire.example/schemas/duty-case.1.json"
MOST_LINES: Final = 999
"""Lines of one entry summary (CBP Form 7501; ACE CATAIR, entry summary, record 40)."""

MOST_BYTES: Final = 8 << 20

Amount = Annotated[
    str,
    Meta(
        pattern=r"^(0|[1-9][0-9]{0,14})(\.[0-9]{1,6})?$",
        description="An exact amount that is not negative, with a point and without separators.",
    ),
]
Text = Annotated[str, Meta(min_length=1, max_length=60)]
Country = Annotated[str, Meta(pattern="^[A-Z]{2}$", description="A country by its two letters (ISO 3166-1).")]
Number = Annotated[str, Meta(min_length=4, max_length=13, description="A tariff number, with or without dots.")]


class Quantity(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How much of the goods there is: in a unit, and of what where the rate asks (lead content, drained weight)."""

    quantity: Amount
    unit: Text
    of: Text | None = None


class PartValue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a part of the goods is worth, in US dollars: the case of a watch, the steel content, repairs abroad."""

    part: Text
    value: Amount


class AdditionalNumber(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A number of chapter 98 or 99 that the line carries too.

    `value`: the US dollars that it is on, where they are not the value of the line. `acts`: what the notes say of a
    number with a rate of its own, where the schedule's rate does not say it itself.
    """

    number: Number
    value: Amount | None = None
    acts: Literal["adds", "replaces"] | None = None


class StatedFee(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"class_code": "class"}):
    """A fee or tax that the filer states, because it is not computed here: its class code and amount in US dollars."""

    class_code: Annotated[str, Meta(pattern="^[0-9]{3}$")]
    amount: Amount


class CaseLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line of the entry."""

    line: Annotated[int, Meta(ge=1, le=MOST_LINES)]
    tariff_number: Number
    origin: Country
    value: Amount
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "USD"
    quantities: Annotated[tuple[Quantity, ...], Meta(max_length=10)] = ()
    programme: Annotated[str, Meta(pattern=r"^[A-Z]{1,2}[+*]?$")] | None = None
    additional_numbers: Annotated[tuple[AdditionalNumber, ...], Meta(max_length=8)] = ()
    parts: Annotated[tuple[PartValue, ...], Meta(max_length=10)] = ()
    fees: Annotated[tuple[StatedFee, ...], Meta(max_length=10)] = ()


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One entry.

    `entry_type` and `mode` as blocks 2 and 9 of CBP Form 7501 (01 consumption, 11 informal; 11 vessel with containers,
    40 air). `exchange`: US dollars for one unit of a currency.
    """

    entry_date: date
    lines: Annotated[tuple[CaseLine, ...], Meta(min_length=1, max_length=MOST_LINES)]
    entry_type: Annotated[str, Meta(pattern="^[0-9]{2}$")] = "01"
    mode: Annotated[str, Meta(pattern="^[0-9]{2}$")] | None = None
    filed: Literal["electronically", "manually"] = "electronically"
    exchange: dict[Annotated[str, Meta(pattern="^[A-Z]{3}$")], Amount] = {}
    reference: Text | None = None


_decoder: Final = msgspec.json.Decoder(Case)


def read_case(raw: bytes) -> Case:
    """Read one case; refuse what has another form with `tariff.case-malformed`, at the place where it differs."""
    if len(raw) > MOST_BYTES:
        raise CaseMalformed(got=f"{len(raw):,} bytes", expected=f"at most {MOST_BYTES:,} bytes")
    try:
        return check_case(_decoder.decode(raw))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        why, _, place = str(error).partition(" - at ")
        raise CaseMalformed(got=why[:200], where=place.strip("`") or None) from None


def check_case(case: Case) -> Case:
    """The case, if every line has a number of its own."""
    seen: set[int] = set()
    for at, line in enumerate(case.lines):
        if line.line in seen:
            raise LineRepeated(got=line.line, where=f"$.lines[{at}].line")
        seen.add(line.line)
    return case


def read_cases(raw: bytes) -> Iterator[Case | TransireError]:
    """A file of one case, or of one case a line (JSON Lines). A case that is refused does not stop the others."""
    lines = [line for line in raw.splitlines() if line.strip()]
    if len(lines) < 2 or not _is_whole(lines[0]):
        yield read_case(raw)
        return
    for line in lines:
        try:
            yield read_case(line)
        except TransireError as refusal:
            yield refusal


def _is_whole(line: bytes) -> bool:
    """Whether a line is a JSON value by itself: then the file is JSON Lines, and not one case over several lines."""
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return True


def schema() -> dict[str, Any]:
    """The form of a case as JSON Schema 2020-12."""
    made = msgspec.json.schema(Case)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, **made}


@lru_cache(maxsize=4096)
def exact(amount: str) -> Fraction:
    """The value of an amount, as a rational: nothing is rounded before the law says so."""
    return Fraction(amount)
