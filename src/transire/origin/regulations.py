"""Reading the table of rules in section 13 of the USMCA Rules of Origin Regulations (SOR/2020-155), in Markdown.

The section sets the rules for headings 87.01 to 87.08; General Note 11 prints them elsewhere. What it is not: a reader
of the regulations. Their other sections are data of ours, each with its citation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from transire.origin.compiling import Row

SOURCE: Final = "CUSMA ROO Regs SOR/2020-155 s.13"
_TABLE: Final = "| Harmonized system 2012 |"
# The table was set without line ends: a label stands close to what is before and behind it.
_FIRST_OF_A_LIST: Final = re.compile(r"(?<=[a-z0-9])\(a\)(?=a change|no required)")
_CLOSE_LABEL: Final = re.compile(r"(?<=[^\s(])\((\d|[a-z]|i{1,3}|iv)\)(?=\S)")
_FIRST_LABEL: Final = re.compile(r"^\((\d|[a-z])\)(?=\S)")
_NATIONAL_ITEM: Final = re.compile(r"\.(?:aa|bb)$")


def section_13(lines: Iterable[str]) -> Iterator[Row]:
    """The rules of the section, one a scope. Lines of national items go on with the rule before them.

    >>> table = ["| Harmonized system 2012 | Description |", "| --- | --- |",
    ...          "| 87.05 | (1)A change to heading 87.05 from any other heading. |", ""]
    >>> [(row.scope, row.text) for row in section_13(table)]
    [('87.05', '(1) A change to heading 87.05 from any other heading.')]
    """
    found: dict[str, list[str]] = {}
    inside = False
    for line in lines:
        if inside and not line.startswith("|"):
            break
        if inside and not line.startswith("| ---"):
            scope, text = (part.strip() for part in line.strip().strip("|").split("|", 1))
            plain = _NATIONAL_ITEM.sub("", re.sub(r" ?[-\u2013] ?", "-", scope))
            found.setdefault(plain, []).append(_spaced(text))
        inside = inside or line.startswith(_TABLE)
    for scope, texts in found.items():
        # A text that ends in a word names the goods of the list that the next line begins.
        joined = " ".join(f"{text}," if text[-1].isalnum() else text for text in texts)
        yield Row(chapter="87", scope=scope, text=joined, source=SOURCE)


def _spaced(text: str) -> str:
    text = _FIRST_OF_A_LIST.sub(", (a) ", text)
    return _FIRST_LABEL.sub(r"(\1) ", _CLOSE_LABEL.sub(r" (\1) ", text))
