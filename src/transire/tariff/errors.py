"""How the tariff room refuses.

TransireError
├── TariffNumberMalformed   tariff.number-malformed
├── CurrencyUnknown         tariff.currency-unknown
└── ProgrammeUnknown        tariff.programme-unknown
"""

from __future__ import annotations

from transire.errors import TransireError


class TariffNumberMalformed(TransireError):
    """A text that no tariff schedule could print as a number."""

    code = "tariff.number-malformed"
    sentence = "This is not a tariff number."
    fix = "Write 4, 6, 8 or 10 digits as the schedule prints them, for example 8413.70 or 8413.70.20.04."


class CurrencyUnknown(TransireError):
    """A currency code that ISO 4217 does not list as active."""

    code = "tariff.currency-unknown"
    sentence = "This currency code is not in ISO 4217."
    fix = "Write the three capital letters of the currency, for example USD."


class ProgrammeUnknown(TransireError):
    """A special programme indicator that this edition of Transire does not know."""

    code = "tariff.programme-unknown"
    sentence = "This special programme indicator is not known."
    fix = "Use the indicator of the agreement: S or S+ for USMCA, P or P+ for CAFTA-DR, CA or MX for NAFTA."
