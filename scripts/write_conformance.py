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
`transire vc-api`; how they call it is held by `tests/unit/vc_api`, the official vectors by
`tests/conformance/credentials`, other implementations by `test_other_implementations.py` there.
"""

NOT_HELD = {
    "the official fixture of `relatedResource` (VC Data Model 2.0, 5.3)": (
        "it carries digests of a draft of the context of 2024-07-03, and SHA-256 without the code of a multihash. The "
        "Recommendation's file has another digest: accepting the fixture would be accepting a wrong one. Two tests "
        "hold the refusal."
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
    rows = "\n".join(f"| {what} | {why} |" for what, why in NOT_HELD.items())
    return "\n".join([*parts, f"## Not held, and why\n\n| what | why |\n|---|---|\n{rows}\n"])


def statements() -> list[Statement]:
    """Every marker, in the order of files and lines."""
    found = []
    for path in sorted(TESTS.glob("test_normative_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = _constants(tree)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                found += [Statement(*parts, node.name) for parts in _markers(node, constants)]
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


def _markers(function: ast.FunctionDef, constants: dict[str, str]) -> list[tuple[str, str, str]]:
    found = []
    for decorator in function.decorator_list:
        if isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Name) and decorator.func.id == "must":
            texts = [constants[a.id] if isinstance(a, ast.Name) else ast.literal_eval(a) for a in decorator.args]
            specification, section, words = texts
            found.append((specification, section, words))
    return found


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
