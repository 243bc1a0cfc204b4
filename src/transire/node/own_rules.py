"""The rules of origin that an operator imported: the catalogue in the node's folder goes before the shipped one."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from transire.node.home import Home
from transire.origin.agreements import agreement
from transire.origin.catalogue import Catalogue, read_catalogue
from transire.origin.determination.finding import OwnRules


def rules_path(home: Path, agreement_id: str) -> Path:
    """Where the imported rules of an agreement lie in a node's folder."""
    return Home(home).origin_rules / f"{agreement(agreement_id).id}.json"


def own_catalogue(home: Path | None, agreement_id: str) -> Catalogue | None:
    """The catalogue that was imported into a node's folder; None where there is none."""
    rules = None if home is None else own_rules(Home(home).origin_rules, agreement_id)
    return None if rules is None else rules.catalogue


def own_rules(folder: Path | None, agreement_id: str) -> OwnRules | None:
    """The imported rules of an agreement, for determinations; read again when another file was imported."""
    path = None if folder is None else folder / f"{agreement(agreement_id).id}.json"
    try:
        seen = None if path is None else path.stat()
    except FileNotFoundError:
        return None
    return None if path is None or seen is None else _read(path, seen.st_mtime_ns, seen.st_size)


@lru_cache(maxsize=16)
def _read(path: Path, changed: int, size: int) -> OwnRules:
    """Kept by when the file was written and how long it is: the same object for the same file."""
    return OwnRules(read_catalogue(path.read_bytes()))
