"""The pages of docs/reference that the code says best are what the code says now."""

from __future__ import annotations

import functools
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import click
import msgspec
import pytest
from pages import ROOT

from transire.cli import cli
from transire.desk.permissions import OPERATIONS
from transire.errors import catalogue
from transire.node.settings import NodeSettings
from transire.procedures.catalogue import kinds
from transire.vault.statements import KINDS

REFERENCE = ROOT / "docs" / "reference"
HOW = "python scripts/write_reference.py"


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


writer = _load(ROOT / "scripts" / "write_reference.py")


@functools.cache
def page(name: str) -> str:
    """What the code says now."""
    text: str = writer.PAGES[name]()
    return text


@pytest.mark.parametrize("name", writer.PAGES)
def test_a_page_is_what_the_code_says(name: str) -> None:
    stands = (REFERENCE / name).read_text(encoding="utf-8")
    assert stands == page(name), f"docs/reference/{name} is behind the code; run {HOW}"


def test_every_command_is_shown() -> None:
    assert [name for name in walk(cli, "transire") if f"$ {name} --help" not in page("cli.md")] == []


def test_every_command_has_an_example_in_its_help() -> None:
    helps = page("cli.md").split("\n$ transire")[1:]
    assert [text.partition(" --help")[0] for text in helps if "Example" not in text] == []


def walk(command: click.Command, path: str) -> list[str]:
    found = [path]
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            found += walk(below, f"{path} {name}")
    return found


def test_every_setting_is_shown_with_its_variable() -> None:
    text = page("settings.md")
    for field in msgspec.structs.fields(NodeSettings):
        if isinstance(field.default, msgspec.Struct):
            for inner in msgspec.structs.fields(type(field.default)):
                assert f"`TRANSIRE_{field.name}_{inner.name}`".upper() in text.upper()
        elif field.name != "member":
            assert f"`TRANSIRE_{field.name}`".upper() in text.upper()


def test_every_error_is_shown_with_its_sentence_and_fix() -> None:
    text = page("errors.md").replace("&lt;", "<").replace("\\|", "|")
    ours = {code: kind for code, kind in catalogue().items() if kind.__module__.startswith("transire.")}
    assert len(ours) > 200
    for code, kind in ours.items():
        assert f"| `{code}` | {kind.status} | {kind.sentence} | {kind.fix} |" in text


def test_every_kind_of_statement_is_shown() -> None:
    for kind in (*KINDS, *kinds()):
        assert f"### {kind.name}\n" in page("statements.md")


def test_every_operation_is_shown() -> None:
    for operation in OPERATIONS:
        assert f"| `{operation}` |" in page("permissions.md")


def test_a_setting_without_a_docstring_stops_the_writer() -> None:
    with pytest.raises(SystemExit, match=r"Undocumented\.port has no docstring"):
        writer._said_of_fields(Undocumented)


class Undocumented(msgspec.Struct):
    host: str = ""
    """Where."""
    port: int = 1


def test_a_kind_without_a_comment_stops_the_writer() -> None:
    with pytest.raises(SystemExit, match=r"a\.b/1 has no comment"):
        writer._comments_above_kinds('\nA = Kind(name="a.b/1", body_schema={})\n')
