"""The contract is written by hand: a name that stands twice in one place would silently hide the first."""

from __future__ import annotations

from collections import Counter
from importlib.resources import files

import yaml


def test_no_name_stands_twice_in_one_place_of_the_contract() -> None:
    root = yaml.compose((files("transire.api") / "openapi.yaml").read_text(encoding="utf-8"), yaml.SafeLoader)
    assert root is not None
    assert list(_repeated(root)) == []


def _repeated(node: yaml.Node) -> list[str]:
    if isinstance(node, yaml.SequenceNode):
        return [one for value in node.value for one in _repeated(value)]
    if not isinstance(node, yaml.MappingNode):
        return []
    counted = Counter(str(name.value) for name, _ in node.value)
    twice = [f"line {node.start_mark.line + 1}: {name}" for name, times in counted.items() if times > 1]
    return twice + [one for _, value in node.value for one in _repeated(value)]
