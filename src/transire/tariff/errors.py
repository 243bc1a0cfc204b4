"""How the tariff room refuses.

TransireError
├── TariffNumberMalformed   tariff.number-malformed
├── CurrencyUnknown         tariff.currency-unknown
├── ProgrammeUnknown        tariff.programme-unknown
├── ExportUnreadable        tariff.export-unreadable
├── EditionDamaged          tariff.edition-damaged
├── NumberNotAtHand         tariff.number-not-at-hand
└── NumberNotListed         tariff.number-not-listed
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


class ExportUnreadable(TransireError):
    """A file that is not an export of the tariff schedule."""

    code = "tariff.export-unreadable"
    sentence = "This file cannot be read as an export of the tariff schedule."
    fix = "Take the CSV or JSON export of the schedule from its publisher, and do not open it in a spreadsheet first."


class EditionDamaged(TransireError):
    """A file of an edition that is kept here and is not as it was written."""

    code = "tariff.edition-damaged"
    sentence = "An edition of the tariff schedule that is kept here is damaged."
    fix = "Remove the file, and import the official export again."


class NumberNotAtHand(TransireError):
    """A number of which no edition at hand can say whether it exists on that day."""

    code = "tariff.number-not-at-hand"
    sentence = "No edition of the tariff schedule that is at hand can say what this number is on that day."
    fix = "Import the edition of that day with `transire tariff import`; what is shipped is a small part."


class NumberNotListed(TransireError):
    """A number that the schedule of the day does not list at eight or ten digits."""

    code = "tariff.number-not-listed"
    sentence = "The tariff schedule of that day does not list this number."
    fix = "Look the goods up with `transire tariff search`, and use all eight or ten digits."
