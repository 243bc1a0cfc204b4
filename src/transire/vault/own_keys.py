"""A member's keys for which documents are sealed: its agree keys on the ledger, and hybrid keys beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from transire.crypto.hybrid import HybridKey
from transire.crypto.keys import AgreementKey
from transire.crypto.keystore import KeyStore

Names = Callable[[], Sequence[str]]


class OwnKeys:
    """Keys of the key store, each unlocked once: a new key has a new name.

    `agree_names` and `hybrid_names` tell their names, the present one last: asked each time, since it is the ledger
    that says which agree key is present, and a node may be behind it.
    """

    def __init__(self, store: KeyStore, agree_names: Names, hybrid_names: Names) -> None:
        self._store = store
        self._agree_names = agree_names
        self._hybrid_names = hybrid_names
        self._agree: dict[str, AgreementKey] = {}
        self._hybrid: dict[str, HybridKey] = {}

    @property
    def present_name(self) -> str:
        """The name of the present agree key."""
        return self._agree_names()[-1]

    def agreement(self, name: str) -> AgreementKey:
        """The agree key of that name."""
        key = self._agree.get(name)
        if key is None:
            key = self._agree[name] = self._store.agreement_key(name)
        return key

    def openers(self) -> list[AgreementKey | HybridKey]:
        """All of them, the present agree key first: what arrives may be sealed for an older one."""
        agree = [self.agreement(name) for name in reversed(self._agree_names())]
        return [*agree, *(self._hybrid_key(name) for name in reversed(self._hybrid_names()))]

    def _hybrid_key(self, name: str) -> HybridKey:
        key = self._hybrid.get(name)
        if key is None:
            key = self._hybrid[name] = self._store.hybrid_key(name)
        return key
