"""The languages of the pages: message catalogues read at start, and which one a request wants.

English is the source. A catalogue is a `.po` file, read as it is: there is nothing to compile and nothing to forget.
The portal has one in `translations/`, and so has each procedure for its own pages.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

SOURCE = "en"
LOCALES = {"en": "en_US", "es": "es_419"}
"""The locale of numbers and dates. Latin American Spanish writes decimals as the documents do: 1,234.5."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language of the portal, with its messages."""

    code: str
    locale: Locale
    messages: NullTranslations

    @property
    def name(self) -> str:
        """The language's name in itself: English, español."""
        return str(self.locale.languages[self.code])

    def say(self, text: str) -> str:
        """The text in this language; the source text where no translation is known."""
        return str(self.messages.ugettext(text))


def read_languages(folders: Iterable[Path]) -> dict[str, Language]:
    """Every language, with the messages of all the folders that have a catalogue of it."""
    folders = list(folders)
    languages = {SOURCE: Language(SOURCE, Locale.parse(LOCALES[SOURCE]), NullTranslations())}
    for code, locale in LOCALES.items():
        files = [folder / f"{code}.po" for folder in folders if (folder / f"{code}.po").is_file()]
        if code != SOURCE and files:
            languages[code] = Language(code, Locale.parse(locale), _read_messages(files, locale))
    return languages


def _read_messages(files: Iterable[Path], locale: str) -> Translations:
    whole = Translations()
    for path in files:
        with path.open("rb") as source:
            catalogue = read_po(source, locale=locale, abort_invalid=True)
        compiled = io.BytesIO()
        write_mo(compiled, catalogue)
        compiled.seek(0)
        whole.merge(Translations(compiled))
    return whole


def negotiate(header: str, offered: Iterable[str]) -> str:
    """The language that an Accept-Language header likes best among those offered (RFC 9110 12.5.4).

    >>> negotiate("fr, es-MX;q=0.8, en;q=0.5", ["en", "es"])
    'es'
    >>> negotiate("", ["en", "es"])
    'en'
    """
    known = set(offered)
    ranked = sorted(_wishes(header), key=lambda wish: -wish[1])
    return next((code for code, weight in ranked if weight > 0 and code in known), SOURCE)


def _wishes(header: str) -> list[tuple[str, float]]:
    """Primary language subtags with their weights; what cannot be read counts for nothing."""
    wishes = []
    for part in header.split(",")[:32]:
        tag, _, rest = part.strip().partition(";")
        weight = rest.strip().removeprefix("q=") if rest else "1"
        try:
            wishes.append((tag.strip().lower().split("-")[0], float(weight)))
        except ValueError:
            continue
    return wishes
