"""Currencies as ISO 4217 lists them."""

from __future__ import annotations

import pytest

from transire.tariff.currencies import is_currency, minor_units
from transire.tariff.errors import CurrencyUnknown


def test_minor_units_as_iso_4217_lists_them() -> None:
    assert [minor_units(code) for code in ("USD", "MXN", "CRC", "CAD", "JPY", "CLP", "KWD", "CLF")] == [
        2, 2, 2, 2, 0, 0, 3, 4,
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["usd", "US", "XXX", "BTC", ""])
def test_a_code_that_is_not_listed(code: str) -> None:
    assert not is_currency(code)
    with pytest.raises(CurrencyUnknown):
        minor_units(code)
