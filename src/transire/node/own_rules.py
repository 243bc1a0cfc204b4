"""The rules of origin that an operator imported: the catalogue in the node's folder goes before the shipped one."""

from __future__ import annotations

from pathlib import Path

from transire.origin.agreements import agreement
from transire.origin.catalogue import Catalogue, read_catalogue


def rules_path(home: Path, agreement_id: str) -> Path:
    """Where the imported rules of an agreement lie in a node's folder."""
    return home / "origin" / f"{agreement(agreement_id).id}.json"


def own_catalogue(home: Path | None, agreement_id: str) -> Catalogue | None:
    """The catalogue that was imported into a node's folder; None where there is none."""
    if home is None:
        return None
    path = rules_path(home, agreement_id)
    return read_catalogue(path.read_bytes()) if path.exists() else None
