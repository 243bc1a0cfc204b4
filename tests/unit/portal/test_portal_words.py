"""Every text of a page stands in a message catalogue, and the catalogues are complete."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment

PACKAGE = Path(__file__).resolve().parents[3] / "src" / "transire"
TEMPLATES = sorted([*(PACKAGE / "portal/templates").glob("*.html"), *PACKAGE.glob("procedures/*/templates/*.html")])
SPOKEN_ATTRIBUTES = {"aria-label", "title", "alt", "placeholder", "data-label"}
# What is no language: units and names that are the same in all of them, and the command to type.
NO_LANGUAGE = re.compile(r"USD|UTC|CBP|USC|CFR|transire verify|\.receipt\.json --network network\.json|transire")


class Text(HTMLParser):
    """Collects what a reader of the page sees or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style", "svg")
        self.found += [value for name, value in attrs if name in SPOKEN_ATTRIBUTES and value]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style", "svg")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.found.append(data)


def untranslated(source: str) -> Iterator[str]:
    """Texts of a template that stand outside of every expression."""
    environment = Environment(extensions=["jinja2.ext.i18n"])
    kept = []
    for _, kind, value in environment.lex(source):
        if kind == "data":
            kept.append(value)
        elif kind == "variable_begin":
            kept.append("\x00")
    text = Text()
    # The one block whose whole is a class name stands inside of an attribute.
    text.feed("".join(kept).replace("tr-shell--alone", ""))
    for said in text.found:
        if re.search(r"[A-Za-z]{2,}", NO_LANGUAGE.sub("", said.replace("\x00", ""))):
            yield said.strip()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_no_text_of_a_page_stands_outside_of_the_catalogues(path: Path) -> None:
    assert list(untranslated(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ("<p>{{ _('Hello') }}</p>", []),
        ('<img alt="A seal">', ["A seal"]),
        ("<p>{{ name }} signs</p>", ["\x00 signs"]),
        ("<p>12 %</p>", []),
    ],
)
def test_the_search_finds_what_it_must(template: str, found: list[str]) -> None:
    assert list(untranslated(template)) == found


def test_the_catalogues_are_complete_and_hold_nothing_that_is_no_longer_said() -> None:
    script = PACKAGE.parents[1] / "scripts" / "update_translations.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("**/translations/*.po")), ids=lambda path: path.parent.parent.name)
def test_a_translation_fills_in_what_its_source_fills_in(path: Path) -> None:
    with path.open("rb") as file:
        for message in read_po(file, locale=path.stem):
            said = message.id if isinstance(message.id, tuple) else (message.id,)
            done = message.string if isinstance(message.string, tuple) else (message.string,)
            for source, translation in zip(said, done, strict=True):
                names = set(re.findall(r"%\((\w+)\)s", source))
                assert set(re.findall(r"%\((\w+)\)s", translation)) == names, source
