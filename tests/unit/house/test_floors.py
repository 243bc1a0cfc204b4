"""The floors of the house (docs/explanation/house.md): a room imports from its own floor or from below."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[3] / "src" / "transire"

GROUND, FIRST, SECOND, THIRD, TOP = 0, 1, 2, 3, 4

# A room's floor, and the rooms of the same floor that it may use.
ROOMS: dict[str, tuple[int, set[str]]] = {
    "errors": (GROUND, set()),
    "storage": (GROUND, {"errors", "crypto"}),
    "crypto": (GROUND, {"errors"}),
    "merkle": (GROUND, {"errors", "crypto"}),
    "credentials": (FIRST, {"documents"}),
    "documents": (FIRST, {"tariff", "origin"}),
    "tariff": (FIRST, set()),
    "origin": (FIRST, {"tariff"}),
    "ledger": (SECOND, set()),
    "procedure:pure": (SECOND, {"ledger"}),
    "engines": (THIRD, set()),
    "vault": (THIRD, set()),
    "desk": (THIRD, set()),
    "records": (THIRD, {"vault", "desk"}),
    "node": (THIRD, {"engines", "vault", "desk", "records"}),
    "procedure:service": (THIRD, {"engines", "vault", "desk", "records", "node"}),
    "api": (TOP, {"portal"}),
    "portal": (TOP, {"api"}),
    "cli": (TOP, {"api", "portal", "demo", "client", "network", "witness", "vc_api"}),
    "vc_api": (TOP, set()),
    "witness": (TOP, {"client"}),
    "network": (TOP, {"demo", "client"}),
    "client": (TOP, set()),
    "demo": (TOP, {"api", "portal", "client"}),
    "procedure:door": (TOP, {"api", "portal"}),
}

PROCEDURE_FILES = {
    "statements": "procedure:pure",
    "checks": "procedure:pure",
    "reasons": "procedure:pure",
    "routes": "procedure:door",
    "pages": "procedure:door",
    # Beside the folders: what the services of several procedures share.
    "papers": "procedure:service",
    "rows": "procedure:service",
}

# What every procedure may use: single files beside their folders.
SHARED = {path.stem for path in (PACKAGE / "procedures").glob("*.py")}

# The pure rooms do no input or output (DESIGN 4): these modules would be the way out.
PURE_ROOMS = ("merkle", "documents", "tariff", "origin", "ledger")
DOORS_OUT = {"socket", "sqlalchemy", "lmdb", "obstore", "httpx2", "subprocess", "requests", "urllib", "random"}


def room_of(module: str) -> str | None:
    """The room of a dotted module below `transire.`; None for the package itself and its entry points."""
    parts = module.split(".")
    if parts[0] != "procedures":
        return parts[0] if parts[0] in ROOMS else None
    if len(parts) < 3 or parts[1] in SHARED:
        # The catalogue is pure too: it loads services by name, when they are asked for.
        return PROCEDURE_FILES.get(parts[1] if len(parts) > 1 else "", "procedure:pure")
    stem = parts[2]
    if stem.endswith(("_pages", "_routes")):
        return "procedure:door"
    return PROCEDURE_FILES.get(stem) or ("procedure:pure" if stem.startswith("check") else "procedure:service")


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE).with_suffix("")
        module = ".".join(part for part in relative.parts if part != "__init__")
        yield module, ast.parse(path.read_text(encoding="utf-8"))


def imports(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module, node.lineno
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def violations() -> list[str]:
    found = []
    for module, tree in sources():
        room = room_of(module) if module else None
        if room is None:
            continue
        floor, neighbours = ROOMS[room]
        for name, line in imports(tree):
            other = room_of(name.removeprefix("transire.")) if name.startswith("transire.") else None
            if other is None or other == room:
                continue
            if ROOMS[other][0] > floor or (ROOMS[other][0] == floor and other not in neighbours):
                found.append(f"{module}:{line} ({room}) imports {name} ({other})")
    return found


def test_every_room_is_on_a_floor() -> None:
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    assert folders - set(ROOMS) - {"procedures"} == set()


def test_no_room_imports_from_above() -> None:
    assert violations() == []


def test_procedures_do_not_import_one_another() -> None:
    found = []
    for module, tree in sources():
        parts = module.split(".")
        if parts[0] != "procedures" or len(parts) < 2 or parts[1] in SHARED:
            continue
        for name, line in imports(tree):
            other = name.split(".")
            if other[:2] == ["transire", "procedures"] and len(other) > 2 and other[2] not in {parts[1], *SHARED}:
                found.append(f"{module}:{line} imports {name}")
    assert found == []


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_pure_rooms_have_no_door_out(room: str) -> None:
    found = [
        f"{module}:{line} imports {name}"
        for module, tree in sources()
        if module.split(".")[0] == room
        for name, line in imports(tree)
        if name.split(".")[0] in DOORS_OUT
    ]
    assert found == []
