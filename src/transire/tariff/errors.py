"""How the tariff room refuses.

TransireError
├── TariffNumberMalformed  tariff.number-malformed
├── CurrencyUnknown        tariff.currency-unknown
├── ProgrammeUnknown       tariff.programme-unknown
├── ExportUnreadable       tariff.export-unreadable
├── EditionDamaged         tariff.edition-damaged
├── NumberNotAtHand        tariff.number-not-at-hand
├── NumberNotListed        tariff.number-not-listed
├── CaseMalformed          tariff.case-malformed
├── LineRepeated           tariff.line-repeated
├── NumberTooShort         tariff.number-too-short
├── NumberTwice            tariff.number-twice
├── ValueZero              tariff.value-zero
├── ExchangeRateMissing    tariff.currency-without-rate
├── QuantityMissing        tariff.quantity-missing
├── PartValueMissing       tariff.part-value-missing
├── PartValueTooHigh       tariff.part-value-too-high
├── RateNotComputable      tariff.rate-not-computable
├── ProgrammeNotOpen       tariff.programme-not-open
├── ProgrammeOtherCountry  tariff.programme-other-country
├── ActionUnclear          tariff.action-unclear
└── FeeNotAtHand           tariff.fee-not-at-hand
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


class CaseMalformed(TransireError):
    """A case for the computation of duty that does not have the form of the schema."""

    code = "tariff.case-malformed"
    sentence = "This case does not have the form that is asked for."
    fix = 'Compare it with `transire tariff schema`; amounts and quantities are texts, for example "1250.50".'


class LineRepeated(TransireError):
    """A line number that stands twice in a case."""

    code = "tariff.line-repeated"
    sentence = "This line number stands on an earlier line of the case."
    fix = "Number the lines from 1 on, each number once."


class NumberTooShort(TransireError):
    """A heading or a subheading, on which no rate stands."""

    code = "tariff.number-too-short"
    sentence = "No rate stands on a number this short."
    fix = "Use the ten digits that entries report, or the eight digits of the item."


class NumberTwice(TransireError):
    """An additional number that stands on a line twice."""

    code = "tariff.number-twice"
    sentence = "This additional number stands on the line twice."
    fix = "Leave it there once, with the value that it is on."


class ValueZero(TransireError):
    """A line without value."""

    code = "tariff.value-zero"
    sentence = "The line has no value, so that no duty on it can be computed."
    fix = "Enter the transaction value; goods without charge have one too (19 USC 1401a)."


class ExchangeRateMissing(TransireError):
    """A value in a currency for which the case gives no rate."""

    code = "tariff.currency-without-rate"
    sentence = "The case gives no rate of exchange for this currency."
    fix = "Give the certified rate of the date of export in US dollars (31 USC 5151; 19 CFR 159.32) in `exchange`."


class QuantityMissing(TransireError):
    """A quantity that the rate is computed on and the line does not give."""

    code = "tariff.quantity-missing"
    sentence = "The rate is by quantity, and the line does not give the quantity that it asks for."
    fix = "Give the quantity in this unit, or in one that converts into it exactly."


class PartValueMissing(TransireError):
    """The value of a part of the goods, on which the rate is computed and which the line does not give."""

    code = "tariff.part-value-missing"
    sentence = "The rate is on the value of a part of the goods, and the line does not give that value."
    fix = "Give it in `parts`, in US dollars: it must not be more than the value of the line."


class PartValueTooHigh(TransireError):
    """Parts of the goods that are worth more than the goods."""

    code = "tariff.part-value-too-high"
    sentence = "The parts of the goods that are given are worth more than the goods."
    fix = "Correct the values of the parts, or the value of the line."


class RateNotComputable(TransireError):
    """A rate that cannot be worked out from what is at hand. The duty is unknown, and not zero."""

    code = "tariff.rate-not-computable"
    sentence = "The duty on this line cannot be computed here."
    fix = "Work the rate out from the schedule and its notes; the entry needs a person's decision."


class ProgrammeNotOpen(TransireError):
    """A claim under a programme to which the item is not open on that day."""

    code = "tariff.programme-not-open"
    sentence = "The tariff item is not open to this programme on that day."
    fix = "Leave the indicator out, or correct it or the tariff number."


class ProgrammeOtherCountry(TransireError):
    """A claim for goods of a country that is not a party to the programme on that day."""

    code = "tariff.programme-other-country"
    sentence = "The country of origin is not a party to this programme on that day."
    fix = "Leave the indicator out, or correct the country of origin."


class ActionUnclear(TransireError):
    """A number of chapter 99 with a rate of its own, which may stand beside or instead of the other."""

    code = "tariff.action-unclear"
    sentence = "The schedule prints a rate of its own for this number, and its notes say whether it adds or replaces."
    fix = 'Read the notes of the subchapter, and say `"acts": "adds"` or `"acts": "replaces"` beside the number.'


class FeeNotAtHand(TransireError):
    """A day or a type of entry for which no figure of a fee is at hand."""

    code = "tariff.fee-not-at-hand"
    sentence = "No figure of this fee for this day and type of entry is at hand, so that the total is not known."
    fix = "Look the fee up in the notice of the fiscal year, and add it yourself."
