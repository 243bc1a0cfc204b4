"""Seller and buyer on the pages of an invoice: the words below or beside their label, line by line of the address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from transire.documents.pdf_labels import HEAD, PARTIES, column_of
from transire.documents.pdf_places import Standing
from transire.documents.pdf_words import Cell, Unclear, cells_of, folded, read_country

_MOST_LINES: Final = 8
_MAIL: Final = re.compile(r"[^\s@:]+@[^\s@]+")
_PHONE: Final = re.compile(r"(?:tel|phone|ph|telefono|t)\b\.?[:\s]*(\+?[0-9][0-9 ()./-]{4,30})", re.IGNORECASE)
_CITY: Final = re.compile(
    r"(?P<city>[^\W\d][^,\d]*?)(?:,\s*(?P<region>[^,\d]+?))?"
    r",?\s+(?P<postal_code>(?=[A-Z0-9-]{3})[A-Z]*[0-9][A-Z0-9]*(?:[ -][A-Z]*[0-9][A-Z0-9]*)?)"
    r"(?:,?\s+(?P<country>[^\W\d][^,\d]*))?"
)
_POSTAL_FIRST: Final = re.compile(r"(?P<postal_code>[0-9]{4,6})\s+(?P<city>[^,\d]+?)(?:,\s*(?P<region>[^,\d]+))?")


def role_of(label: str) -> str | None:
    """Whose address stands under a folded label."""
    return column_of(label, PARTIES)


def read_parties(standing: Sequence[Standing]) -> dict[str, list[Standing]]:
    """The columns of seller and buyer with what stands for them; a role that is labelled twice is read where it first
    stands, for invoices repeat their head on each page."""
    found: dict[str, list[Standing]] = {}
    for role in PARTIES:
        block = next(_blocks(standing, role), [])
        for name, one in _fields(block):
            found.setdefault(f"{role}_{name}", []).append(one)
        for name in ("name", "street", "city", "country"):
            found.setdefault(f"{role}_{name}", [])
        found[f"{role}_street"] = _together(found[f"{role}_street"])
    return found


def _together(lines: list[Standing]) -> list[Standing]:
    """The lines of a street as one, at the first of them."""
    return [lines[0].saying(", ".join(one.text for one in lines))] if lines else []


def _blocks(standing: Sequence[Standing], role: str) -> Iterator[list[Standing]]:
    for at, here in enumerate(standing):
        for cell in cells_of(here.text):
            name, _, rest = cell.text.partition(":")
            if role_of(folded(name)) == role:
                inline = [here.saying(rest.strip())] if rest.strip() else []
                yield [*inline, *_under(standing, at, cell)]


def _under(standing: Sequence[Standing], at: int, label: Cell) -> Iterator[Standing]:
    """The lines of the block under a label, as far as cells follow one another in its column."""
    edge = _next_edge(standing[at].text, label)
    for one in standing[at + 1 : at + 1 + _MOST_LINES]:
        cells = [cell for cell in cells_of(one.text) if label.start - 2 <= cell.start < edge - 2]
        if one.page != standing[at].page or not cells or _is_other_label(cells[0].text):
            return
        yield one.saying(cells[0].text)


def _next_edge(line: str, label: Cell) -> int:
    """Where the next column begins."""
    return min((cell.start for cell in cells_of(line) if cell.start > label.start), default=10_000)


def _is_other_label(text: str) -> bool:
    name, colon, _ = text.partition(":")
    known = folded(name)
    return role_of(known) is not None or (column_of(known, HEAD) is not None and bool(colon or known == folded(text)))


def _fields(block: Sequence[Standing]) -> Iterator[tuple[str, Standing]]:
    """The columns of a party out of its block: the name first, then the street, the city and the country."""
    city = _city_in(block)
    for at, one in enumerate(block):
        mail, phone = _MAIL.search(one.text), _PHONE.search(one.text)
        if mail is not None or phone is not None:
            if phone is not None:
                yield "phone", one.saying(phone[1].strip())
            if mail is not None:
                yield "email", one.saying(mail[0])
        elif at == 0:
            yield "name", one
        elif city is not None and at == city[0]:
            yield from ((name, one.saying(text)) for name, text in city[1].items())
        else:
            yield ("country" if _is_country(one.text) else "street"), one


def _city_in(block: Sequence[Standing]) -> tuple[int, dict[str, str]] | None:
    """Which line is that of the city, and its parts: the last one with a postal code where such a line has it."""
    for shape in (_CITY, _POSTAL_FIRST):
        for at in range(len(block) - 1, 0, -1):
            found = shape.fullmatch(block[at].text)
            parts = {} if found is None else {name: text.strip() for name, text in found.groupdict().items() if text}
            if parts and ("country" not in parts or _is_country(parts["country"])):
                return at, parts
    return None


def _is_country(text: str) -> bool:
    try:
        read_country(text)
    except Unclear:
        return False
    return True
