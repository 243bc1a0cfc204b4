"""The house style that a machine can hold us to: short files and functions, names, docstrings, errors, commands."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import transire
from transire.cli import COMMANDS, cli
from transire.errors import TransireError, catalogue

PACKAGE = Path(__file__).resolve().parents[3] / "src" / "transire"
MOST_LINES = 400
MOST_FUNCTION_LINES = 60
FORBIDDEN_NAMES = re.compile(r"(Manager|Handler|Helper|Util|Utils)\Z")
CODE = re.compile(r"[a-z]+(-[a-z]+)*\.[a-z0-9]+(-[a-z0-9]+)*\Z")
MACHINE_PATHS = re.compile(r"/(work|home|root|Users)/")


def sources() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@pytest.fixture(scope="module", autouse=True)
def everything_imported() -> None:
    """Errors and commands are known once their modules are."""
    for module in pkgutil.walk_packages(transire.__path__, "transire."):
        if "migrations" not in module.name and "alembic" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)


def test_files_are_short() -> None:
    long = {str(path.relative_to(PACKAGE)): lines for path in sources() if (lines := lines_of(path)) >= MOST_LINES}
    assert long == {}


def lines_of(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_functions_are_short() -> None:
    long = {
        f"{path.relative_to(PACKAGE)}:{function.name}": length
        for path in sources()
        for function in functions(path)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > MOST_FUNCTION_LINES
    }
    assert long == {}


def test_every_module_says_what_it_is() -> None:
    silent = [str(path.relative_to(PACKAGE)) for path in sources() if not _docstring(path)]
    assert silent == []


def _docstring(path: Path) -> str | None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return ast.get_docstring(tree) if tree.body else "an empty file"


def test_no_room_for_odds_and_ends() -> None:
    assert [path.name for path in sources() if path.stem in {"utils", "util", "helpers", "common", "misc"}] == []


def test_classes_are_named_after_things_of_the_trade() -> None:
    found = [
        f"{path.relative_to(PACKAGE)}:{node.name}"
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and FORBIDDEN_NAMES.search(node.name)
    ]
    assert found == []


def test_nothing_names_a_folder_of_somebody_s_machine() -> None:
    found = [str(path.relative_to(PACKAGE)) for path in sources() if MACHINE_PATHS.search(path.read_text())]
    assert found == []


def test_every_error_has_a_code_of_its_own_a_sentence_and_a_fix() -> None:
    classes = list(_subclasses(TransireError))
    own = [kind for kind in classes if "code" in vars(kind)]
    codes = Counter(kind.code for kind in own)
    assert [code for code, count in codes.items() if count > 1] == []
    assert [code for code in codes if not CODE.match(code)] == []
    lacking = [kind.code for kind in own if not (kind.sentence.endswith(".") and kind.fix.endswith("."))]
    assert lacking == []
    assert set(catalogue()) >= set(codes)


def _subclasses(kind: type[TransireError]) -> Iterator[type[TransireError]]:
    for below in kind.__subclasses__():
        if below.__module__.startswith("transire."):
            yield below
            yield from _subclasses(below)


def test_every_command_is_there_and_has_an_example() -> None:
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        inner = command.commands.values() if isinstance(command, click.Group) else [command]
        for each in inner:
            text = f"{each.help or ''}{each.epilog or ''}"
            assert "transire " in text, f"{name} {each.name} has no example"
