"""Turns a template and what services gave into a page, in one language.

One Jinja environment a language, so that macros and includes speak it without being told. Undefined names are errors:
a page never shows a blank where a fact should stand. A procedure's templates are found under the procedure's name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, PrefixLoader, StrictUndefined
from markupsafe import Markup

from transire.portal import words
from transire.portal.assets import Assets
from transire.portal.fields import rank
from transire.portal.languages import Language, read_languages
from transire.procedures.catalogue import procedures

HERE = Path(__file__).parent


def procedure_folders() -> dict[str, Path]:
    """The folder of each procedure's room, by its name."""
    rooms = HERE.parent / "procedures"
    return {procedure.name: rooms / procedure.name for procedure in procedures()}


class Renderer:
    """Every template in every language, compiled when first shown."""

    def __init__(self, assets: Assets) -> None:
        self.assets = assets
        folders = procedure_folders()
        catalogues = [HERE / "translations", *(folder / "translations" for folder in folders.values())]
        self.languages = read_languages(catalogues)
        loader = _loader(folders)
        self._environments = {code: _environment(loader, language, assets) for code, language in self.languages.items()}

    def html(self, language: Language, template: str, view: Mapping[str, Any]) -> str:
        """The page as text."""
        return self._environments[language.code].get_template(template).render(view)


def _loader(folders: Mapping[str, Path]) -> BaseLoader:
    own = {name: FileSystemLoader(folder / "templates") for name, folder in folders.items()}
    return ChoiceLoader([FileSystemLoader(HERE / "templates"), PrefixLoader(own)])


def _environment(loader: BaseLoader, language: Language, assets: Assets) -> Environment:
    environment = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    # The i18n extension adds this method; it is not on the class.
    environment.install_gettext_translations(language.messages, newstyle=True)  # type: ignore[attr-defined]
    locale = language.locale
    environment.globals |= {"asset": assets.path, "language": language}
    environment.filters |= {
        "number": lambda value: words.number(value, locale),
        "money": lambda value, currency: words.money(value, currency, locale),
        "day": lambda value: words.day(value, locale),
        "moment": lambda value: words.moment(value, locale),
        "identifier": words.identifier,
        "tariff": words.tariff,
        "said": language.say,
        "country": lambda code: locale.territories.get(code, code),
        "lines": _lines,
        "spaced": spaced,
        "is_flat": _is_flat,
        "columns": _columns,
        "below": lambda values, pointer: any(name.startswith(f"{pointer}/") for name in values),
        "place": lambda pointer: _place(pointer, language),
    }
    return environment


def _lines(text: str) -> Markup:
    """Text that a person wrote, its line ends kept."""
    return Markup("<br>").join(text.splitlines())


# Members whose words no rule makes out of their names.
_KNOWN_AS: Final = {
    "iataCode": "IATA code",
    "inTransitDate": "I.T. date",  # CBP Form 7501 block 17
    "inTransitNumber": "I.T. number",  # CBP Form 7501 block 16
    "manufacturerId": "Manufacturer ID",  # CBP Form 7501 block 13
    "nonAllowableInterest": "Non-allowable interest",
    "scac": "SCAC",
    "unLocode": "UN/LOCODE",
}


def spaced(name: str) -> str:
    """The name of a member of a document as words: `countryOfOrigin` is "Country of origin", `scac` is "SCAC"."""
    if name in _KNOWN_AS:
        return _KNOWN_AS[name]
    words = re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: " " + found[1].lower(), name).replace("_", " ")
    return words[:1].upper() + words[1:]


def _place(pointer: str, language: Language) -> str:
    """A JSON pointer in words: `/goods/0/tariffNumber` is "Goods 1: Tariff number"."""
    words: list[str] = []
    for token in pointer.split("/")[1:]:
        if token.isdigit() and words:
            words[-1] += f" {int(token) + 1}"
        else:
            words.append(language.say(spaced(token)))
    return ": ".join(words)


def _is_flat(values: Sequence[Any]) -> bool:
    """Whether a list is one of objects without anything inside them: it reads best as a table."""
    return all(
        isinstance(value, Mapping) and not any(isinstance(inner, Mapping | list) for inner in value.values())
        for value in values
    )


def _columns(values: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names that stand in any of the objects, in reading order."""
    names = dict.fromkeys(name for value in values for name in value)
    return sorted(names, key=rank)
