"""Write docs/conformance.md: every normative statement that a test holds, from the markers of the tests.

`python scripts/write_conformance.py` writes it; `tests/unit/docs/test_conformance.py` compares it with what stands
there. A test that carries a marker and fails stops the whole run, so that what is listed as held is held.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "conformance.md"
TESTS = ROOT / "tests" / "conformance" / "credentials"

INTRODUCTION = """# Conformance of credentials

What the specifications demand, in our words, and the test that holds it. Written from the tests by
`python scripts/write_conformance.py`. The server that other programs and the official suites of W3C call is
`transire vc-api`; what they ask is asked of a real process by `test_played_suites.py` in
`tests/conformance/credentials`, the official vectors stand beside it, other implementations in
`test_other_implementations.py`.
"""

PLAYED = """## The official suites, played

What each HTTP suite of W3C asks of `transire vc-api`, in our words, and the test that asks it of a process of its own.
The suites themselves are run from outside; *tests* is their number of tests, and *full marks* what can be reached.

| suite | tests | full marks | demands held here |
|---|---|---|---|
"""

# Tests of each suite and full marks: of vc-data-model-2.0 one fixture is wrong, vc-bitstring-status-list skips seven.
SUITES = {
    "vc-data-model-2.0": (65, 64),
    "vc-di-eddsa": (57, 57),
    "vc-di-ecdsa": (114, 114),
    "vc-bitstring-status-list": (26, 19),
    "did-key": (15, 15),
}

NOT_HELD = {
    "the official fixture of `relatedResource` (VC Data Model 2.0, 5.3)": (
        "until 2026 it carried digests of a draft of the context of 2024-07-03. The Recommendation's file has another "
        "digest: accepting the fixture would be accepting a wrong one. Two tests hold the refusal. The one of today "
        "has the right digests, SHA-256 without the code of a multihash, and is accepted: 65 of 65."
    ),
    "the context `https://w3id.org/citizenship/v4rc1`": (
        "not pinned. The vectors that name it are verified with a table of the words that they use."
    ),
    "`ecdsa-sd-2023` with P-384; ordered lists and graphs in what is selectively disclosed": (
        "the suite is defined for signatures of 64 bytes; parts of a list have no name by which they could be shown "
        "alone. Refused by name."
    ),
    "JSON-LD: `@import`, `@base`, `@reverse`, `@propagate`, `@nest`, `@included`, maps by type or property": (
        "refused by name, never left out."
    ),
    'status lists "as of" a time (Bitstring Status List 1.0, 3.2)': (
        "an option of the specification; the ledger answers this question."
    ),
    "contexts of UNTP, TrustVC and others that are not pinned": (
        "the signature is checked, *terms* is not shown and the credential so refused, until its context is given as a "
        "file (`--context`). None is fetched."
    ),
    "OpenAttestation 2 and 3, `Ed25519Signature2020`, `BbsBlsSignature2020`, `bbs-2023`, `dc+sd-jwt`": (
        "refused by name."
    ),
    "BBS, COSE, did:key with other kinds of keys": "not offered.",
}


class Statement(NamedTuple):
    """One demand, and the test that holds it."""

    specification: str
    section: str
    words: str
    test: str


def page() -> str:
    """The whole page."""
    by_specification: dict[str, list[Statement]] = defaultdict(list)
    for statement in statements():
        by_specification[statement.specification].append(statement)
    parts = [INTRODUCTION]
    for name, listed in by_specification.items():
        rows = [f"| {one.section} | {one.words} | held | `{one.test}` |" for one in listed]
        table = "\n".join(["| section | demand | status | test |", "|---|---|---|---|", *rows])
        parts.append(f"## {name}\n\n{table}\n")
    parts.append(played_suites())
    rows = "\n".join(f"| {what} | {why} |" for what, why in NOT_HELD.items())
    return "\n".join([*parts, f"## Not held, and why\n\n| what | why |\n|---|---|\n{rows}\n"])


def statements() -> list[Statement]:
    """Every normative statement, in the order of files and lines."""
    return [Statement(*parts, test) for parts, test in _marked("test_normative_*.py", "must")]


def played() -> list[tuple[str, str, str]]:
    """Every demand of an official suite: suite, words, test."""
    return [(suite, words, test) for (suite, words), test in _marked("test_played_suites.py", "plays")]


def played_suites() -> str:
    """The suites with the number of their demands that are held, and each demand."""
    demands = played()
    counts = [
        f"| {suite} | {tests} | {full} | {sum(1 for found, _, _ in demands if found == suite)} |"
        for suite, (tests, full) in SUITES.items()
    ]
    rows = [f"| {suite} | {words} | `{test}` |" for suite, words, test in demands]
    table = "\n".join(["| suite | demand | test |", "|---|---|---|", *rows])
    return PLAYED + "\n".join(counts) + f"\n\n{table}\n"


def _marked(files: str, marker: str) -> list[tuple[tuple[str, ...], str]]:
    """The texts of every marker of this name, each with its test."""
    found = []
    for path in sorted(TESTS.glob(files)):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = _constants(tree)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                found += [(parts, node.name) for parts in _markers(node, marker, constants)]
    return found


def _constants(tree: ast.Module) -> dict[str, str]:
    """Names that stand for text at the top of a file: `A, B = "a", "b"`."""
    found = {}
    for node in tree.body:
        if not isinstance(node, ast.Assign) or len(node.targets) != 1:
            continue
        target, value = node.targets[0], node.value
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        values = value.elts if isinstance(value, ast.Tuple) else [value]
        for name, text in zip(names, values, strict=False):
            if isinstance(name, ast.Name) and isinstance(text, ast.Constant) and isinstance(text.value, str):
                found[name.id] = text.value
    return found


def _markers(function: ast.FunctionDef, marker: str, constants: dict[str, str]) -> list[tuple[str, ...]]:
    found = []
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == marker:
            texts = [constants[a.id] if isinstance(a, ast.Name) else ast.literal_eval(a) for a in decorator.args]
            found.append(tuple(texts))
    return found


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
