"""How pages write facts: money, numbers, dates, tariff numbers, identifiers. Exact, and marked up for machines.

Nothing is rounded and nothing is guessed: a decimal is shown with the digits that it was stated with.
"""

from __future__ import annotations

import datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import NumberPattern, format_decimal, parse_pattern
from markupsafe import Markup, escape

ID_HEAD, ID_TAIL = 8, 4
"""Of an identifier of 43 characters, enough to tell two apart on one page; the whole is in the title and copied."""

Instant = datetime.datetime | str
Day = datetime.date | str


def number(value: Decimal | int | str, locale: Locale) -> str:
    """A number with its own digits, grouped as the locale does.

    >>> number("1234567.50", Locale("en", "US"))
    '1,234,567.50'
    """
    exact = value if isinstance(value, Decimal) else _decimal(value)
    if exact is None:
        return str(value)
    places = max(0, -int(exact.as_tuple().exponent))
    return str(format_decimal(exact, format=_pattern(places), locale=locale, decimal_quantization=False))


@lru_cache(maxsize=64)
def _pattern(places: int) -> NumberPattern:
    """Read once: a page of a large entry has a thousand amounts."""
    return parse_pattern("#,##0" + ("." + "0" * places if places else ""))


def money(value: Decimal | int | str, currency: str, locale: Locale) -> Markup:
    """An amount with the code of its currency.

    >>> money("1250.5", "USD", Locale("en", "US"))
    Markup('<span class="tr-nowrap">1,250.50&nbsp;USD</span>')
    """
    exact = _decimal(value)
    if exact is not None and -int(exact.as_tuple().exponent) < 2 and exact != exact.to_integral_value():
        exact = exact.quantize(Decimal("0.01"))
    shown = str(value) if exact is None else number(exact, locale)
    return Markup('<span class="tr-nowrap">%s&nbsp;%s</span>') % (shown, currency)


def day(value: Day, locale: Locale) -> Markup:
    """A date.

    >>> day("2026-11-22", Locale("en", "US"))
    Markup('<time datetime="2026-11-22">22 Nov 2026</time>')
    """
    date = value if isinstance(value, datetime.date) else _date(value)
    if date is None:
        return escape(str(value))
    if isinstance(date, datetime.datetime):
        date = date.astimezone(datetime.UTC).date()
    shown = format_date(date, "d MMM y", locale=locale)
    return Markup('<time datetime="{}">{}</time>').format(date.isoformat(), shown)


def moment(value: Instant, locale: Locale) -> Markup:
    """A time to the second, in UTC as the ledger keeps it.

    >>> moment("2026-11-22T10:15:04Z", Locale("en", "US"))
    Markup('<time datetime="2026-11-22T10:15:04Z" class="tr-nowrap">22 Nov 2026, 10:15:04 UTC</time>')
    """
    instant = value if isinstance(value, datetime.datetime) else _instant(value)
    if instant is None:
        return escape(str(value))
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=datetime.UTC)
    utc = instant.astimezone(datetime.UTC)
    shown = format_datetime(utc, "d MMM y, HH:mm:ss", locale=locale)
    stamp = utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    return Markup('<time datetime="{}" class="tr-nowrap">{} UTC</time>').format(stamp, shown)


def identifier(value: str) -> Markup:
    """An identifier cut in its middle; the title holds the whole.

    >>> identifier("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")
    Markup('<code class="tr-id" title="did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK">z6MkhaXg…2doK</code>')
    """
    short = value.removeprefix("did:key:")
    if len(short) > ID_HEAD + ID_TAIL + 3:
        short = f"{short[:ID_HEAD]}…{short[-ID_TAIL:]}"
    return Markup('<code class="tr-id" title="{}">{}</code>').format(value, short)


def tariff(value: str) -> str:
    """A tariff number as the HTSUS prints it.

    >>> tariff("8708305090"), tariff("8708.30"), tariff("0901.21.0010")
    ('8708.30.50.90', '8708.30', '0901.21.00.10')
    """
    digits = value.replace(".", "")
    if not digits.isdigit() or len(digits) not in (4, 6, 8, 10):
        return value
    return ".".join([digits[:4], *(digits[at : at + 2] for at in range(4, len(digits), 2))])


def _decimal(value: Decimal | int | str) -> Decimal | None:
    try:
        exact = Decimal(value)
    except InvalidOperation:
        return None
    return exact if exact.is_finite() else None


def _date(value: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(value[:10])
    except ValueError:
        return None


def _instant(value: str) -> datetime.datetime | None:
    try:
        return datetime.datetime.fromisoformat(value)
    except ValueError:
        return None
