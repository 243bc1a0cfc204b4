"""Every `transire ...` that a page shows is one that the program understands. Nothing is run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import pytest
from pages import INLINE, blocks, name_of, pages, prose

from transire.cli import cli
from transire.ledger import verify

SHELLS = {"sh", "bash", "console"}
PROGRAM = re.compile(r"^(?:\$ )?(?:\S*/)?transire (?P<rest>.*)$")
AFTER_IT = re.compile(r"\s+(?:[|>;]|&&|#).*$")


def called(page: Path) -> Iterator[str]:
    """The commands in the shell blocks of a page: whole, so that they can be typed."""
    for block in blocks(page):
        if block.language in SHELLS:
            yield from _among(block.text.replace("\\\n", " ").splitlines())


def mentioned(page: Path) -> Iterator[str]:
    """The commands in the text of a page: named, with an option or two."""
    return _among(found[1] for found in INLINE.finditer(prose(page)))


def _among(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        found = PROGRAM.match(line.strip())
        if found:
            yield AFTER_IT.sub("", found["rest"])


CALLED = sorted({(name_of(page), command) for page in pages() for command in called(page)})
MENTIONED = sorted({(name_of(page), command) for page in pages() for command in mentioned(page)})


@pytest.mark.parametrize(("page", "command"), CALLED)
def test_a_command_can_be_typed(page: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    parse(shlex.split(command), tmp_path)


@pytest.mark.parametrize(("page", "command"), MENTIONED)
def test_a_command_in_the_text_is_there(page: str, command: str) -> None:
    context, words = resolve(shlex.split(command))
    options = {option for parameter in context.command.get_params(context) for option in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


def parse(words: list[str], folder: Path) -> None:
    """Parse the words as the program would, with a file wherever one is named; raises what click says of them."""
    context, rest = resolve(words)
    if {"--help", "--version"}.intersection(rest):
        return
    for word in rest:
        put_file(folder, word)
    context.command.make_context(context.info_name, rest, parent=context.parent)


def resolve(words: list[str]) -> tuple[click.Context, list[str]]:
    """The command that the first words name, and the words after them."""
    context = click.Context(cli, info_name="transire", **cli.context_settings)
    while words and isinstance(context.command, click.Group) and not words[0].startswith("-"):
        name, found, words = context.command.resolve_command(context, words)
        assert found is not None
        context = click.Context(found, info_name=name, parent=context)
    return context, words


def put_file(folder: Path, word: str) -> None:
    """Have a file where an argument may ask for one that exists; what is absolute stays away."""
    place = folder / word
    if word.startswith("-") or Path(word).is_absolute() or place.exists():
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    place.touch()


def test_there_are_commands_to_test() -> None:
    pages_with_commands = {page for page, _ in CALLED}
    assert {"README.md", "docs/tutorial/the-demo.md"} <= pages_with_commands


@pytest.mark.parametrize(
    "words", [["verfy", "a.json"], ["verify", "a.json"], ["doctor", "--deeper"], ["node", "move", "--home", "x"]]
)
def test_what_the_program_does_not_know_is_found(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(click.UsageError):
        parse(words, tmp_path)


CHECK_LINE = re.compile(r"^  (?:holds|FAILS|not shown) +(?P<name>[a-z-]+) +(?P<title>[^:]+): ", re.MULTILINE)


def test_the_checks_that_pages_show_are_those_of_the_program() -> None:
    """Output in the pages is real; a check that is renamed must not live on there."""
    titles = {name: rule.title for name, rule in verify._RULES.items()}
    shown = [found for page in pages() for block in blocks(page) for found in CHECK_LINE.finditer(block.text)]
    assert len(shown) > 10
    assert [found[0] for found in shown if titles.get(found["name"]) != found["title"]] == []
