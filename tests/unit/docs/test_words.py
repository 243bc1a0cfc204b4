"""The words of the pages: those of the glossary are used, and nothing of one machine or one registry is named."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from pages import ROOT, name_of, pages, prose

GLOSSARY = ROOT / "docs" / "glossary.md"
ENTRY = re.compile(r"^\| (?!word \|)(?P<words>[A-Za-z][^|]*?) \| (?P<meaning>.+) \|$", re.MULTILINE)

# Where somebody's checkout lies, and where packages come from: both differ for whoever reads the page.
OF_ONE_MACHINE = re.compile(
    r"/(?:home|Users|root|work|tmp|private|mnt)/|[A-Z]:\\\\|"
    r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|proxy\.golang\.org|artifactory|/simple/|localhost:\d",
    re.IGNORECASE,
)
BRAGGING = re.compile(
    r"\b(?:seamless|revolutionary|cutting-edge|blazing|world-class|next-generation|state-of-the-art|robust|leverage|"
    r"empower(?:s|ing)? (?:you|users)|game-changing|effortless)\b",
    re.IGNORECASE,
)
EMOJI = re.compile("[\U0001f300-\U0001faff\u2600-\u27bf]")
BADGE = re.compile(r"!\[[^\]]*\]\(https?://")


def glossary() -> dict[str, str]:
    """Each word with its meaning; a line may define several."""
    text = GLOSSARY.read_text(encoding="utf-8")
    return {word.strip(): found["meaning"] for found in ENTRY.finditer(text) for word in found["words"].split(",")}


def test_the_glossary_is_in_order_and_says_each_word_once() -> None:
    found = [match["words"] for match in ENTRY.finditer(GLOSSARY.read_text(encoding="utf-8"))]
    assert found == sorted(found, key=str.lower)
    assert len(found) == len(set(found))


@pytest.mark.parametrize("word", glossary())
def test_a_word_of_the_glossary_is_used_in_the_pages(word: str) -> None:
    used = re.compile(rf"\b{re.escape(word)}(?:s|es|d|ed)?\b", re.IGNORECASE)
    assert any(used.search(page.read_text(encoding="utf-8")) for page in pages() if page != GLOSSARY), word


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_a_page_names_no_machine_and_no_registry(page: Path) -> None:
    assert OF_ONE_MACHINE.findall(page.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_a_page_is_plain(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert BRAGGING.findall(text) == []
    assert EMOJI.findall(text) == []
    assert BADGE.findall(text) == []


def test_the_first_screen_of_the_readme() -> None:
    """One sentence, one picture, two commands."""
    lines = [line for line in prose(ROOT / "README.md").splitlines() if line.strip()]
    assert lines[0] == "# Transire"
    picture = next(place for place, line in enumerate(lines) if line.startswith("!["))
    assert picture <= 4
    first = (ROOT / "README.md").read_text(encoding="utf-8").split("```")[1]
    assert [line.split("#")[0].split() for line in first.splitlines()[1:]] == [["make", "demo"], ["make", "test"]]


def test_no_tracked_text_names_a_registry_or_a_checkout() -> None:
    """Lock files too: whoever installs chooses where from."""
    words = "pypi\\.org|pythonhosted\\.org|registry\\.npmjs|proxy\\.golang\\.org|/home/[a-z]+/|/Users/[a-z]+/"
    command = ["git", "grep", "-lIE", words, "--", ".", f":!{Path(__file__).relative_to(ROOT)}"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode > 1:
        pytest.skip("not a git checkout, so that it is not known which files are the project's")
    assert found.stdout.splitlines() == []
