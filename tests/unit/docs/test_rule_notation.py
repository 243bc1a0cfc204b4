"""The notation of rules: every sentence of the reference page is read and printed as it stands there."""

from __future__ import annotations

import re

import pytest
from pages import ROOT

from transire.origin.rule.reading import read_rule
from transire.origin.rule.wording import say_rule

_PAGE = (ROOT / "docs" / "reference" / "rule-notation.md").read_text(encoding="utf-8")
SENTENCES = [line for block in re.findall(r"```text\n(.+?)```", _PAGE, re.DOTALL) for line in block.splitlines()]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_of_the_page_is_canonical(sentence: str) -> None:
    assert say_rule(read_rule(sentence)) == sentence


def test_the_page_shows_every_kind_of_node() -> None:
    from transire.origin.rule import notes, tree

    kinds = {
        node.__struct_config__.tag
        for module in (tree, notes)
        for node in vars(module).values()
        if isinstance(node, type) and issubclass(node, tree.Node) and node is not tree.Node
    }
    structure = {"goods", "from", "alternative", "rule", "circumstance", "excluded", "here"}
    assert {kind for kind in kinds - structure if f"`{kind}`" not in _PAGE} == set()
