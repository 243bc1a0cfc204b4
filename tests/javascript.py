"""The verifier in JavaScript, run by Node: its own tests, and its answers for the tests that compare both verifiers."""

from __future__ import annotations

import base64
import importlib.util
import json
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from transire.errors import TransireError
from transire.ledger.checkpoint import NoteVerifier
from transire.ledger.disclosure import check_disclosure, is_disclosure, read_disclosure
from transire.ledger.pouch import check_pouch, is_pouch, read_pouch
from transire.ledger.verify import verify_receipt

REPOSITORY = Path(__file__).resolve().parents[1]
VERIFIER = REPOSITORY / "web" / "verify"


def run_node(*arguments: str | Path, given: str = "") -> subprocess.CompletedProcess[str]:
    """Node with these arguments: the machine's, else the wheel's (`web/build.py`)."""
    command = [*_node(), *map(str, arguments)]
    return subprocess.run(command, input=given, capture_output=True, text=True, cwd=REPOSITORY, check=False)


@cache
def _node() -> tuple[str, ...]:
    node, _ = build_script().find_node()
    return tuple(node)


@cache
def build_script() -> ModuleType:
    """`web/build.py` as a module; it is a script that imports its neighbour."""
    import sys

    sys.path.insert(0, str(REPOSITORY / "web"))
    try:
        spec = importlib.util.spec_from_file_location("web_build", REPOSITORY / "web" / "build.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.pop(0)
    return module


class Question:
    """What both verifiers are asked: a receipt, a network file, and how strictly."""

    def __init__(self, name: str, receipt: bytes, network: bytes, **options: Any) -> None:
        self.name, self.receipt, self.network, self.options = name, receipt, network, options

    @property
    def line(self) -> str:
        texts = {"receipt": self.receipt, "network": self.network}
        return json.dumps({name: base64.b64encode(raw).decode() for name, raw in texts.items()} | self.options)

    @property
    def python(self) -> dict[str, Any]:
        """Outcome and code of every check, or the code with which the file is refused."""
        witnesses = [NoteVerifier.parse(text) for text in self.options.get("witnesses", ())]
        if is_pouch(self.receipt):
            return self._pouch(witnesses)
        try:
            disclosed = read_disclosure(self.receipt) if is_disclosure(self.receipt) else None
            receipt = self.receipt if disclosed is None else disclosed.receipt
            found = verify_receipt(receipt, self.network, witnesses=witnesses)
            if disclosed is not None:
                found = msgspec.structs.replace(found, checks=(*found.checks, check_disclosure(disclosed, found)[0]))
        except TransireError as refusal:
            return {"error": refusal.code}
        checks = {check.name: [check.outcome, check.code] for check in found.checks}
        return {"holds": found.holds, "checks": checks}

    def _pouch(self, witnesses: list[NoteVerifier]) -> dict[str, Any]:
        """The checks of the bundle, and those of each document under its place."""
        try:
            report = check_pouch(read_pouch(self.receipt), self.network, witnesses=witnesses)
        except TransireError as refusal:
            return {"error": refusal.code}
        checks = {check.name: [check.outcome, check.code] for check in report.checks}
        for place, (_, each) in enumerate(report.documents):
            checks |= {f"{place} {check.name}": [check.outcome, check.code] for check in each.checks}
        return {"holds": report.holds, "checks": checks}


class Judge:
    """The verifier in JavaScript, kept running for tests that ask one question after the other."""

    def __enter__(self) -> Judge:
        command = [*_node(), str(VERIFIER / "judge.js")]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8", cwd=REPOSITORY
        )
        return self

    def __exit__(self, *failure: object) -> None:
        self._process.communicate()

    def ask(self, question: Question) -> dict[str, Any]:
        """Its answer, in the form of `Question.python`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{question.line}\n")
        self._process.stdin.flush()
        return _read(json.loads(self._process.stdout.readline()))

    def agree(self, question: Question) -> dict[str, Any]:
        """Fail unless both verifiers say the same of every check; what they say."""
        ours, theirs = question.python, self.ask(question)
        assert theirs == ours, question.name
        return ours


def javascript(questions: Iterable[Question]) -> list[dict[str, Any]]:
    """The same of JavaScript, for all questions in one run."""
    lines = "".join(f"{question.line}\n" for question in questions)
    done = run_node(VERIFIER / "judge.js", given=lines)
    assert done.returncode == 0, done.stderr
    return [_read(json.loads(line)) for line in done.stdout.splitlines()]


def _read(answer: dict[str, Any]) -> dict[str, Any]:
    assert "crash" not in answer, answer["crash"]
    if "error" in answer:
        return answer
    checks = {name: [check["outcome"], check["code"]] for name, check in answer["checks"].items()}
    return {"holds": answer["holds"], "checks": checks}


def disagreements(questions: list[Question]) -> dict[str, Any]:
    """Where the two verifiers differ in the outcome or code of any check: by the question's name, both answers."""
    answers = javascript(questions)
    assert len(answers) == len(questions)
    pairs = zip(questions, answers, strict=True)
    return {one.name: {"python": ours, "javascript": answer} for one, answer in pairs if (ours := one.python) != answer}
