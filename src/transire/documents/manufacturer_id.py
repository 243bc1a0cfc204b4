"""The manufacturer's identification code (MID), made from name and address as 19 CFR part 102, appendix, says.

Country, three letters of each of the first two words of the name, up to four digits of the street line, three letters
of the city: at most fifteen characters. A code is made, never looked up: two makers may have the same one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

from transire.documents.errors import ManufacturerUnsuitable

# ISO 3166-2 parts of Canada, as the appendix codes its provinces and territories.
PROVINCES: Final = {
    "AB": "XA", "BC": "XC", "MB": "XM", "NB": "XB", "NL": "XW", "NT": "XT", "NS": "XN", "NU": "XV", "ON": "XO",
    "PE": "XP", "QC": "XQ", "SK": "XS", "YT": "XY",
}  # fmt: skip

_IGNORED: Final = frozenset({"A", "AN", "AND", "OF", "THE"})
_FORMS: Final = frozenset({"PT", "JSC", "OAO", "OOO", "ZAO"})
"""Words that say what kind of company it is, in front of the name (appendix, rule 6)."""

_CITIES: Final = {"HONG KONG": "HON", "SINGAPORE": "SIN", "MACAU": "MAC", "MACAO": "MAC"}
_INITIALS: Final = re.compile(r"(?:[A-Z]\.){2,}|(?:[A-Z]\.?)")
_WORD: Final = re.compile(r"[^A-Z0-9]")
_NUMBER: Final = re.compile(r"[0-9](?:[0-9]|[,-](?=[0-9]))*")
_LONGEST: Final = 200


@lru_cache(maxsize=4096)  # an entry of many lines has few producers
def manufacturer_id(country: str, name: str, street: str, city: str, *, province: str | None = None) -> str:
    """The code of a manufacturer; `street` may be blank where the address has no number.

    `province` is the two letters of a Canadian province, which stand in place of the country's.

    >>> manufacturer_id("US", "Amalgamated Plastics Corp.", "Suite 1", "St. Michel")
    'USAMAPLA1STM'
    """
    return f"{_country(country, province)}{name_part(name)}{street_part(street)}{city_part(city)}"


def _country(country: str, province: str | None) -> str:
    if re.fullmatch("[A-Z]{2}", country) is None:
        raise ManufacturerUnsuitable(got=repr(country)[:20], expected="the two letters of a country", where="country")
    if country != "CA":
        return country
    if province not in PROVINCES:
        raise ManufacturerUnsuitable(
            got=repr(province)[:20], expected=f"a province of Canada: {', '.join(PROVINCES)}", where="province"
        )
    return PROVINCES[province]


def name_part(name: str) -> str:
    """Three characters of each of the first two words that count; of one word, three.

    >>> name_part("The Embassy of Spain"), name_part("Rawles-Aden Corp."), name_part("Bergstrom")
    ('EMBSPA', 'RAWCOR', 'BER')
    """
    words = [word for word in _words(name) if word not in _IGNORED and word not in _FORMS]
    if not words:
        raise ManufacturerUnsuitable(got=repr(name)[:60], expected="a name with a word of letters", where="name")
    return "".join(word[:3] for word in words[:2])


def _words(name: str) -> list[str]:
    """The words of a name in capitals. Initials in a row are one word; an initial alone is none (appendix, rule 4)."""
    words: list[str] = []
    initials = ""
    for word in _plain(name).split():
        if _INITIALS.fullmatch(word):
            initials += word.replace(".", "")
            continue
        words += _run(initials)
        initials = ""
        words.append(_WORD.sub("", word))
    return [word for word in [*words, *_run(initials)] if word]


def _run(initials: str) -> list[str]:
    return [initials] if len(initials) > 1 else []


def street_part(street: str) -> str:
    """The first four digits of the largest number in the street line; blank where it has none.

    >>> street_part("11455 Main Street, Suite 9999"), street_part("12,34,56 Alaska Road"), street_part("18-Mile High")
    ('1145', '1234', '18')
    """
    numbers = [re.sub("[,-]", "", found) for found in _NUMBER.findall(_plain(street))]
    return max(numbers, key=int, default="")[:4]


def city_part(city: str) -> str:
    """The first three letters of the city; digits and signs do not count.

    >>> city_part("St. Michel"), city_part("The Hague"), city_part("18-Mile High"), city_part("Hong Kong")
    ('STM', 'HAG', 'MIL', 'HON')
    """
    plain = _plain(city)
    if plain in _CITIES:
        return _CITIES[plain]
    letters = re.sub(r"[^A-Z]", "", plain.removeprefix("THE "))
    if not letters:
        raise ManufacturerUnsuitable(got=repr(city)[:60], expected="a city with letters", where="city")
    return letters[:3]


def _plain(text: str) -> str:
    """Capitals of the basic Latin alphabet: accents go, other scripts do not count."""
    if len(text) > _LONGEST:
        raise ManufacturerUnsuitable(got=f"{len(text)} characters", expected=f"at most {_LONGEST}")
    apart = unicodedata.normalize("NFKD", text).upper()
    return "".join(sign for sign in apart if sign.isascii()).strip()
