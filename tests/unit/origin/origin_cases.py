"""Short ways to write origin cases in tests."""

from __future__ import annotations

import json
from typing import Any

from transire.origin.answer import Answer
from transire.origin.determine import determine
from transire.origin.reading import read_case

DAYS = {"nafta": "2019-05-02", "usmca": "2024-05-02", "cafta_dr": "2024-05-02"}


def material(
    id_: str, tariff: str, value: str | None = None, origin: str | None = "non_originating", **more: Any
) -> dict[str, Any]:
    """One line of a bill."""
    stated = {"id": id_, "tariff": tariff, "origin": origin, "value": value}
    return {name: one for name, one in stated.items() if one is not None} | more


def case_of(agreement: str, tariff: str, materials: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A case on a day in force; `rule` may be a text, `value` is the transaction value."""
    good: dict[str, Any] = {"tariff": tariff, **more.pop("good", {})}
    if (value := more.pop("value", None)) is not None:
        good["value"] = {"transaction": value, **good.get("value", {})}
    if isinstance(rule := more.get("rule"), str):
        more["rule"] = {"text": rule}
    return {"agreement": agreement, "import_date": DAYS[agreement], "good": good, "materials": materials} | more


def asked(agreement: str, tariff: str, materials: list[dict[str, Any]], **more: Any) -> Answer:
    """The answer to such a case."""
    return determine(read_case(json.dumps(case_of(agreement, tariff, materials, **more))))


def fact(name: str, value: Any = True, **more: Any) -> dict[str, Any]:
    """A declared fact."""
    return {"fact": name, "value": value, **more}
