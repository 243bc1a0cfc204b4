"""Members of one node are walled off: no file of one holds in clear what another keeps to itself (DESIGN rule 9)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from .conftest import Held, Known

SHORTEST = 8
"""Shorter words may be said by several members independently."""
COST_SHEET = "cost-sheet/1"
POINTER = re.compile(r"(/[A-Za-z0-9_]+)+\Z")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Secrets:
    """Tells what may be somebody's secret: no ids that are public, and no words of the program itself."""

    def __init__(self, public: set[str], vocabulary: str) -> None:
        self._public = public
        self._vocabulary = vocabulary
        self._judged: dict[str, bool] = {}

    def among(self, documents: Iterable[Held], *, but: set[str]) -> set[str]:
        """The words of these documents that are not known otherwise."""
        otherwise = "\n".join(but)
        said = {word for document in documents for word in document.words} - self._public
        return {word for word in said if len(word) >= SHORTEST and word not in otherwise and self._is_secret(word)}

    def _is_secret(self, word: str) -> bool:
        if word not in self._judged:
            self._judged[word] = word not in self._vocabulary and not POINTER.match(word) and not DAY.match(word)
        return self._judged[word]


@pytest.fixture(scope="session")
def secrets(public: set[str], repository: Path) -> Secrets:
    package = repository / "src" / "transire"
    texts = [*package.rglob("*.py"), *package.rglob("*.json"), *package.rglob("*.jsonld")]
    return Secrets(public, "\n".join(path.read_text() for path in texts if "demo" not in path.parts))


def test_no_file_of_a_member_holds_the_words_of_documents_that_it_was_not_given(
    members: dict[str, Known], secrets: Secrets
) -> None:
    found = {}
    for reader, owner in itertools.permutations(members, 2):
        mine, theirs = members[reader], members[owner]
        kept = [document for document in theirs.documents if not mine.holds(document.commitment)]
        shown = {word for word in secrets.among(kept, but=mine.words) if word.encode() in mine.files}
        if shown:
            found[reader, owner] = shown
    assert found == {}


def test_there_is_something_to_keep_from_one_another(members: dict[str, Known], secrets: Secrets) -> None:
    costs = secrets.among(cost_sheets(members), but=members["riogrande"].words)
    assert len(cost_sheets(members)) >= 3
    assert len(costs) > 20
    assert any(word.encode() in members["bajio"].files for word in costs)  # in its own product master


@pytest.mark.parametrize("slug", ["riogrande", "gateway"])
def test_a_cost_sheet_is_nowhere_at_the_importer_and_the_broker(
    members: dict[str, Known], secrets: Secrets, ended: set[str], slug: str
) -> None:
    known, sheets = members[slug], cost_sheets(members)
    assert [document for document in known.documents if document.schema_id == COST_SHEET] == []
    ids = {sheet.commitment for sheet in sheets} - ended
    assert [commitment for commitment in ids if commitment.encode() in known.files] == []
    assert {word for word in secrets.among(sheets, but=known.words) if word.encode() in known.files} == set()
    assert COST_SHEET.encode() not in known.files


def test_neither_producer_learns_of_the_other(members: dict[str, Known], secrets: Secrets) -> None:
    """They deal with the same importer, and only the ledger's member list says that the other exists."""
    for mine, other in ((members["bajio"], members["valle"]), (members["valle"], members["bajio"])):
        theirs = secrets.among(other.documents, but=mine.words)
        assert len(theirs) > 20
        assert {word for word in theirs if word.encode() in mine.files} == set()
        assert other.name.encode() not in mine.files


def test_documents_lie_sealed_in_the_store(members: dict[str, Known], story_home: Path) -> None:
    """A blob is a ciphertext: no word of any document is in one."""
    for slug, known in members.items():
        files = (story_home / "members" / slug / "blobs").rglob("*")
        blobs = b"\x00".join(path.read_bytes() for path in files if path.is_file())
        assert blobs
        said = {word for document in known.documents for word in document.words if len(word) >= SHORTEST}
        assert {word for word in said if word.encode() in blobs} == set()


def cost_sheets(members: dict[str, Known]) -> list[Held]:
    return [document for document in members["customs"].documents if document.schema_id == COST_SHEET]
