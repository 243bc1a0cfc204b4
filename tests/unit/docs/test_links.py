"""Every relative link leads somewhere, and every picture is there."""

from __future__ import annotations

from pathlib import Path

import pytest
from pages import ROOT, anchors, links, name_of, pages

ELSEWHERE = ("http://", "https://", "mailto:")


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert broken(page, page.read_text(encoding="utf-8")) == []


def test_a_broken_link_is_found() -> None:
    text = "[a](nowhere.md) [b](../README.md#no-such-heading) [c](../README.md#concepts) [d](https://example.org)"
    assert broken(ROOT / "docs" / "page.md", text) == [
        "nowhere.md: there is no docs/nowhere.md",
        "../README.md#no-such-heading: README.md has no heading no-such-heading",
    ]


def broken(page: Path, text: str) -> list[str]:
    """The links of a text that lead nowhere from the place of the page."""
    found = []
    for link in links(text):
        if link.startswith(ELSEWHERE):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        relative = str(target.relative_to(ROOT)) if target.is_relative_to(ROOT) else link
        if not target.exists():
            found.append(f"{link}: there is no {relative}")
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            found.append(f"{link}: {relative} has no heading {anchor}")
    return found


def test_pictures_are_drawn_with_words_for_those_who_do_not_see_them() -> None:
    for picture in (ROOT / "docs" / "pictures").glob("*.svg"):
        text = picture.read_text(encoding="utf-8")
        assert "<title" in text, picture.name
        assert "<desc" in text, picture.name
        assert "http://www.w3.org/2000/svg" in text
        assert "<script" not in text
        assert "<image" not in text
