"""Units of quantity and currencies: what follows is told, what does not follow stays open."""

from __future__ import annotations

from decimal import Decimal

import pytest

from transire.tariff.currencies import is_currency, minor_units
from transire.tariff.errors import CurrencyUnknown
from transire.tariff.units import ReportedQuantity, reported_quantities


@pytest.mark.parametrize(
    ("units", "quantity", "unit", "weight", "reported"),
    [
        (["No."], "40", "EA", None, [("40", "No.")]),
        (["No."], "40", "pcs", None, [("40", "No.")]),
        (["No.", "kg"], "15000", "EA", "270", [("15000", "No."), ("270", "kg")]),
        (["No. and kg"], "30", "EA", "765", [("30", "No."), ("765", "kg")]),
        (["kg"], "480", "kg", None, [("480", "kg")]),
        (["kg"], "600", "m", "414", [("414", "kg")]),
        (["kg"], "600", "m", None, [(None, "kg")]),
        (["No."], "600", "m", "414", [(None, "No.")]),
        (["doz."], "30", "EA", None, [("2.50", "doz.")]),
        (["gross"], "7200", "EA", None, [("50", "gross")]),
        (["gross"], "100", "EA", None, [("0.69", "gross")]),
        (["m"], "600", "M", None, [("600", "m")]),
        (["kg cmsc"], "1", "kg", "1", [(None, "kg cmsc")]),
    ],
)
def test_quantities_in_units_of_the_schedule(
    units: list[str], quantity: str, unit: str, weight: str | None, reported: list[tuple[str | None, str]]
) -> None:
    got = reported_quantities(
        units, quantity=Decimal(quantity), unit=unit, net_weight=None if weight is None else Decimal(weight)
    )
    assert [(None if q is None else str(q), name) for q, name in got] == reported
    assert all(isinstance(one, ReportedQuantity) for one in got)


def test_minor_units_as_iso_4217_lists_them() -> None:
    assert [minor_units(code) for code in ("USD", "MXN", "CRC", "CAD", "JPY", "CLP", "KWD", "CLF")] == [
        2, 2, 2, 2, 0, 0, 3, 4,
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["usd", "US", "XXX", "BTC", ""])
def test_a_code_that_is_not_listed(code: str) -> None:
    assert not is_currency(code)
    with pytest.raises(CurrencyUnknown):
        minor_units(code)
