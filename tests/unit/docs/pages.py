"""The pages that people read, and what stands in them: headings, links, commands, examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

FENCE = re.compile(r"^(?P<indent> *)```(?P<language>[a-z]*)\n(?P<text>.*?)^(?P=indent)```$", re.DOTALL | re.MULTILINE)
INLINE = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"!?\[[^\]\n]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language, its text without the indent, and the line of the page on which it begins."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{name_of(self.page)}:{self.line}"


def pages() -> list[Path]:
    """README and its fellows, and everything below docs, examples and spec."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md"), *ROOT.glob("spec/*.md")]
    return sorted(found)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page."""
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        cut = len(found["indent"])
        lines = [line[cut:] for line in found["text"].splitlines()]
        yield Block(page, text.count("\n", 0, found.start()) + 1, found["language"], "\n".join(lines) + "\n")


def prose(page: Path) -> str:
    """The page without its fenced blocks."""
    return without_blocks(page.read_text(encoding="utf-8"))


def without_blocks(text: str) -> str:
    return FENCE.sub("", text)


def links(text: str) -> Iterator[str]:
    """The targets of the links and pictures of a text."""
    return (found[1] for found in LINK.finditer(INLINE.sub("", without_blocks(text))))


def anchors(page: Path) -> set[str]:
    """The anchors that a page offers: its headings, as GitHub writes them."""
    return {anchor_of(found[1]) for found in HEADING.finditer(prose(page))}


def anchor_of(heading: str) -> str:
    """The anchor of a heading: lower case, without punctuation, dashes for spaces.

    >>> anchor_of("`[[member]]` and [its key](x.md), twice")
    'member-and-its-key-twice'
    """
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
