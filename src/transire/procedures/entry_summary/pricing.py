"""Duty and fees of a draft as far as it goes, and what there is to know beside the figures, each thing once.

A line that lacks what its duty is worked out from says so, and then no total is known: never the sum of the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec

from transire.procedures.entry_summary.errors import LineIncomplete
from transire.tariff.answer import CaseAnswer, LineAnswer, Totals, problem_of
from transire.tariff.case import Case, CaseLine
from transire.tariff.notices import notice
from transire.tariff.pricing import price


def duty_of_draft(content: Mapping[str, Any], today: date) -> CaseAnswer:
    """Duty and fees of a draft as far as it can be read; `today` stands for a day of entry that is not given yet."""
    day = _day(content.get("entryDate"))
    read = [_draft_line(at, line) for at, line in enumerate(content.get("lines", []))]
    answer = price(
        Case(
            reference=_text(content.get("entryNumber")),
            entry_date=day or today,
            entry_type=_text(content.get("entryType")) or CONSUMPTION,
            mode=_text(content.get("modeOfTransport")),
            lines=tuple(line for line in read if isinstance(line, CaseLine)),
        )
    )
    told = () if day else (notice("tariff.day-assumed", today.isoformat()),)
    answer = msgspec.structs.replace(answer, notices=(*told, *answer.notices))
    if all(isinstance(line, CaseLine) for line in read):
        return answer
    priced = iter(answer.lines)
    lines = tuple(line if isinstance(line, LineAnswer) else next(priced) for line in read)
    return msgspec.structs.replace(answer, lines=lines, fees=(), totals=Totals(None, None, None, None))


class NoticeOfLines(msgspec.Struct, frozen=True):
    """A notice, and how many lines have it; what it is about is named where it is the same for all of them."""

    code: str
    sentence: str
    got: str
    lines: int


def notices_of(answer: CaseAnswer) -> list[NoticeOfLines]:
    """The notices of an answer, each code once."""
    about: dict[tuple[str, str], list[str]] = {}
    for one in (*answer.notices, *(one for line in answer.lines for one in line.notices)):
        about.setdefault((one.code, one.sentence), []).append(one.got)
    return [
        NoticeOfLines(code, sentence, got[0] if len(set(got)) == 1 else "", len(got))
        for (code, sentence), got in about.items()
    ]


CONSUMPTION: Final = "01"
"""Entry type: consumption, free and dutiable (CBP Form 7501 block 2)."""
_PRICED_ON: Final = ("tariffNumber", "countryOfOrigin", "enteredValue")


def _draft_line(at: int, line: Mapping[str, Any]) -> CaseLine | LineAnswer:
    """The line as it is priced; where it lacks something or something cannot be read, the answer that says so."""
    number = at + 1
    missing = [name for name in _PRICED_ON if not line.get(name)]
    if missing:
        return _incomplete(number, line, ", ".join(missing))
    claim = line.get("claim") or {}
    try:
        return msgspec.convert(
            {
                "line": number,
                "tariff_number": line["tariffNumber"],
                "origin": line["countryOfOrigin"],
                "value": line["enteredValue"],
                "quantities": [one for one in line.get("quantities") or [] if one.get("quantity") and one.get("unit")],
                "programme": claim.get("programme"),
                "additional_numbers": _renamed(line.get("additionalNumbers"), {"tariffNumber": "number"}),
                "parts": line.get("parts") or [],
                "fees": _renamed(line.get("statedFees"), {"feeClass": "class"}),
            },
            CaseLine,
        )
    except (msgspec.ValidationError, AttributeError, TypeError) as error:
        return _incomplete(number, line, str(error)[:200])


def _renamed(listed: Any, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Objects of the entry as the tariff names their members; a member without a value is left out."""
    return [
        {names.get(name, name): value for name, value in one.items() if value not in (None, "")} for one in listed or []
    ]


def _incomplete(number: int, line: Mapping[str, Any], got: str) -> LineAnswer:
    refusal = LineIncomplete(got=got, expected=", ".join(_PRICED_ON))
    return LineAnswer(
        line=number,
        tariff_number=_text(line.get("tariffNumber")) or "",
        entered_value=None,
        duty=None,
        problems=(problem_of(refusal, f"/lines/{number - 1}"),),
    )


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
