"""A draft's or document's content as single fields: where each stands, what it says, where it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from transire.desk.drafts import Source
from transire.documents.differences import leaves

_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class FieldLine:
    """One field. `pointer` is its JSON pointer (RFC 6901)."""

    pointer: str
    value: str
    source: Source | None = None

    @property
    def name(self) -> str:
        """The last word of its place: the name that the document's schema gives it."""
        return self.pointer.rsplit("/", 1)[-1]

    @property
    def group(self) -> str:
        """The part of the document that it belongs to: `/goods/0` of `/goods/0/description`."""
        parts = self.pointer.split("/")[1:]
        if len(parts) > 1 and parts[1].isdigit():
            return f"/{parts[0]}/{parts[1]}"
        return f"/{parts[0]}" if len(parts) > 1 else ""

    @property
    def path(self) -> tuple[str, ...]:
        """Its place within its group, as the words of the schema; what an address belongs to goes without saying."""
        rest = self.pointer.removeprefix(self.group).split("/")[1:]
        return tuple(word for word in rest if word != "address")

    @property
    def is_identifier(self) -> bool:
        """Whether it names a document or statement: 32 bytes in base64url."""
        return len(self.value) == 43 and _IDENTIFIER.fullmatch(self.value) is not None

    @property
    def on_page(self) -> dict[str, str]:
        """What to ask for so that the page has the field, where a document of many lines is shown in pages."""
        return line_query(self.pointer)

    @property
    def anchor(self) -> str:
        """Where the field stands on its page."""
        return anchor_of(self.pointer)


def anchor_of(pointer: str) -> str:
    """The name of a place on a page for a place in a document.

    >>> anchor_of("/goods/0/description")
    'f-goods-0-description'
    """
    return "f" + pointer.replace("/", "-").replace("~", "_")


def line_query(pointer: str) -> dict[str, str]:
    """The words of the address that bring the line on which a place stands; none for what is outside the lines.

    >>> line_query("/lines/41/grossWeight"), line_query("/carrier")
    ({'line': '42'}, {})
    """
    parts = pointer.split("/")
    return {"line": str(int(parts[2]) + 1)} if len(parts) > 2 and parts[1] == "lines" and parts[2].isdecimal() else {}


def field_lines(
    content: Mapping[str, Any],
    sources: Mapping[str, Source] | None = None,
    *,
    wanted: Iterable[str] = (),
    base: str = "",
) -> list[FieldLine]:
    """Every field that has a value, in the order of the document, with the source nearest above it.

    `wanted` names fields that are shown even while they are empty: those that are asked for or being changed. `base` is
    the pointer of this part of the document.
    """
    known = sources or {}
    lines = [FieldLine(pointer, value, source_of(pointer, known)) for pointer, value in leaves(content, base)]
    present = {line.pointer for line in lines}
    lines = [line for line in lines if line.name != "id"]  # a DID or document id, which no person reads or types
    return lines + [FieldLine(pointer, "") for pointer in dict.fromkeys(wanted) if pointer and pointer not in present]


def grouped(lines: list[FieldLine]) -> list[tuple[str, list[FieldLine]]]:
    """The fields by the part of the document that they belong to: those of the whole first, the rest in order."""
    groups: dict[str, list[FieldLine]] = {"": []}
    for line in lines:
        groups.setdefault(line.group, []).append(line)
    return [(group, found) for group, found in groups.items() if found]


READING_ORDER = (
    "blanketPeriod",
    "certifier",
    "signingOfficial",
    "exporter",
    "producers",
    "importers",
    "goods",
    "name",
    "title",
    "description",
    "productNumber",
    "tariffNumber",
    "originCriterion",
    "countryOfOrigin",
    "ruleOfOrigin",
    "citation",
    "street",
    "city",
    "region",
    "postalCode",
    "country",
    "phone",
    "email",
)
"""Signed documents are sorted by the alphabet; a person reads names first and places after them."""


def in_reading_order(lines: Iterable[FieldLine]) -> list[FieldLine]:
    """The fields of a document as a person reads it."""
    return sorted(lines, key=lambda line: [rank(word) for word in line.pointer.split("/")[1:] if word != "address"])


def rank(word: str) -> tuple[int, str]:
    """The place of a name in the reading order; unknown ones come last, by the alphabet."""
    if word.isdigit():
        return int(word), ""
    return (READING_ORDER.index(word) if word in READING_ORDER else len(READING_ORDER)), word


def source_of(pointer: str, sources: Mapping[str, Source]) -> Source | None:
    """What is known of a field's source: its own, or that of the branch that it came with."""
    while pointer:
        if pointer in sources:
            return sources[pointer]
        pointer = pointer.rpartition("/")[0]
    return None


def typed(content: Mapping[str, Any], pointer: str, text: str) -> Any:
    """What a person typed, as the kind of value that stands at its place now; text where nothing stands.

    >>> typed({"lines": [{"number": 1, "related": False}]}, "/lines/0/number", "12")
    12
    >>> typed({}, "/carrier", "Ferrocarril del Norte")
    'Ferrocarril del Norte'
    """
    found: Any = content
    for token in pointer.split("/")[1:]:
        found = _member(found, token)
    if isinstance(found, bool) and text in ("true", "false"):
        return text == "true"
    if isinstance(found, int) and not isinstance(found, bool) and text.isascii() and text.isdigit():
        return int(text)
    return text


def _member(found: Any, token: str) -> Any:
    if isinstance(found, Mapping):
        return found.get(token)
    if isinstance(found, list | tuple) and token.isdigit() and int(token) < len(found):
        return found[int(token)]
    return None


def is_field(content: Mapping[str, Any], pointer: str) -> bool:
    """Whether a place in a document is a single field, there or missing, and no branch of several.

    >>> is_field({"goods": [{"number": "1"}]}, "/goods/0/tariffNumber"), is_field({"goods": []}, "/goods")
    (True, False)
    """
    found: Any = content
    for token in pointer.split("/")[1:]:
        found = _member(found, token)
    return not isinstance(found, Mapping | list | tuple)
