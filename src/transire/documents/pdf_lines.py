"""The lines of an invoice on its pages: the heads of the columns, and under them the cells of each line.

A cell belongs to the column that it stands under. The table goes on over a page only where its heads are repeated
there, and it ends where the totals begin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from transire.documents.pdf_labels import HEAD, LINES, column_of
from transire.documents.pdf_places import Standing
from transire.documents.pdf_words import Cell, cells_of, folded

Cells: TypeAlias = Mapping[str, Sequence[Standing]]
"""What stands in each column of one line."""

_FIGURES: Final = ("quantity", "unit_price", "amount")
_GOES_ON: Final = ("description", "product_number")
"""Columns whose words go on below."""
_LEAST_HEADS: Final = 3


def read_lines(standing: Sequence[Standing]) -> list[Cells]:
    """The cells of every line of the invoice, in the order of the pages."""
    rows: list[dict[str, list[Standing]]] = []
    heads: dict[str, Cell] = {}
    page, is_next_to = 0, False
    for one in standing:
        found = _heads(one.text)
        if found:
            heads, page, is_next_to = found, one.page, False
        elif heads and one.page == page and one.text.strip():
            if _ends(one.text):
                heads = {}
                continue
            cells = _under(one, heads)
            if any(name in cells and cells[name][0].text[0].isdigit() for name in _FIGURES):
                rows.append(cells)
                is_next_to = True
            elif is_next_to and set(cells) <= set(_GOES_ON):
                _go_on(rows[-1], cells)
        else:
            is_next_to = False
    return list(rows)


def _heads(line: str) -> dict[str, Cell]:
    """The columns by their heads, where a line is that of the heads: a description, a figure and a third one."""
    cells = cells_of(line)
    named = [(column_of(folded(cell.text), LINES), cell) for cell in cells]
    found = {name: cell for name, cell in named if name is not None}
    is_table = "description" in found and any(name in found for name in _FIGURES)
    return found if is_table and len(found) >= _LEAST_HEADS and len(found) * 2 > len(cells) else {}


def _ends(line: str) -> bool:
    """Whether the totals begin here."""
    for cell in cells_of(line):
        name = folded(cell.text.partition(":")[0])
        words = name.split()
        labels = (name, " ".join(words[:-1]), *words[:1])
        if any(column_of(label, HEAD) in _TOTALS for label in labels if label):
            return True
    return False


_TOTALS: Final = ("goods_total", "total", "freight", "insurance", "packing", "discount")


def _under(one: Standing, heads: Mapping[str, Cell]) -> dict[str, list[Standing]]:
    """The cells of a line by the heads that they stand under; two under one head of words are read as one."""
    found: dict[str, list[Standing]] = {}
    for cell in cells_of(one.text):
        name = min(heads, key=lambda head: heads[head].distance(cell))
        said = one.saying(cell.text)
        if name in _GOES_ON and name in found:
            found[name] = [found[name][0].saying(f"{found[name][0].text} {cell.text}")]
        else:
            found.setdefault(name, []).append(said)
    return found


def _go_on(row: dict[str, list[Standing]], cells: Mapping[str, Sequence[Standing]]) -> None:
    for name, more in cells.items():
        first = row.get(name)
        row[name] = [first[0].saying(f"{first[0].text} {more[0].text}")] if first else list(more)
