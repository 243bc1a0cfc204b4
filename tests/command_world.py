"""Calling `transire` as a shell does, in the process of the test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from transire.cli import main


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str


Transire = Callable[..., Done]


def runner(capsys: pytest.CaptureFixture[str]) -> Transire:
    """Runs a command; what was printed before it is forgotten."""

    def run(*arguments: str | Path) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        code = left.value.code
        return Done(code if isinstance(code, int) else 1, printed.out, printed.err)

    return run
