"""Operations on the tariff schedule."""

from __future__ import annotations

import datetime
from typing import Any

from transire.api import tariff
from transire.api.operations import Call, Operations

OPERATIONS = Operations()


@OPERATIONS.op("GET", "/tariff", "browseTariff", scope="tariff.read")
def browse_tariff(call: Call) -> Any:
    """What words, digits or a chapter find."""
    words, chapter = call.query.get("words") or "", call.query.get("chapter") or ""
    return tariff.browse_tariff(call.person, _day(call), words=words, chapter=chapter)


@OPERATIONS.op("GET", "/tariff/{tariff_number}", "showTariffNumber", scope="tariff.read")
def show_tariff_number(call: Call) -> Any:
    """A number with what stands over it and below it."""
    return tariff.show_tariff(call.person, call.path["tariff_number"], _day(call))


def _day(call: Call) -> datetime.date:
    asked = call.query.get("date")
    return datetime.date.fromisoformat(asked) if asked else call.tenant.now().date()
