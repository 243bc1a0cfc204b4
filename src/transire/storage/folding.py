"""Text as it is searched: without case and accents, so that both databases find the same, in any language."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

import sqlalchemy as sa


def folded(*texts: str) -> str:
    """Several texts as one to search in.

    >>> folded("Tubería de ACERO", "Ñandú")
    'tuberia de acero nandu'
    """
    decomposed = unicodedata.normalize("NFKD", " ".join(texts)).casefold()
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def holds_words(column: sa.ColumnElement[str], words: str) -> Iterable[sa.ColumnElement[bool]]:
    """One condition a word: the folded column holds it somewhere."""
    return [column.contains(word, autoescape=True) for word in folded(words).split()]
