"""The cryptosuites whose signature covers a document as a whole: what each signs, and with which kinds of key.

Data Integrity EdDSA Cryptosuites 1.0 (eddsa-rdfc-2022, eddsa-jcs-2022) and Data Integrity ECDSA Cryptosuites 1.0
(ecdsa-rdfc-2019, ecdsa-jcs-2019). They differ in the canonical form alone: of the JSON text or of the RDF graph. The
suite for selective disclosure has a room of its own, `selective`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from transire.credentials.canonical import jcs
from transire.credentials.contexts import ContextRegistry, pinned_contexts
from transire.credentials.terms import check_terms
from transire.crypto.ecdsa import P256, P384, hash_of
from transire.crypto.multikey import ED25519

EDDSA_JCS: Final = "eddsa-jcs-2022"
ECDSA_SD: Final = "ecdsa-sd-2023"
HOUSE_SUITES: Final = frozenset({EDDSA_JCS})
"""What documents of members are signed with (spec/credential.md): every reader of the ledger can verify these alone."""

Canonical = Callable[[Mapping[str, Any], ContextRegistry, str], bytes]
"""Document, contexts and kind of key to the bytes that are hashed."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A cryptosuite; `repeats_contexts` is for those over JSON, whose proof names the contexts again."""

    name: str
    kinds: frozenset[str]
    canonical: Canonical
    repeats_contexts: bool

    def signed_hash(
        self, document: Mapping[str, Any], options: Mapping[str, Any], contexts: ContextRegistry, kind: str
    ) -> bytes:
        """What is signed: the digest of the canonical options, then that of the canonical document."""
        if not self.repeats_contexts:
            options = with_contexts(options, document)
        first = hash_of(kind, self.canonical(options, contexts, kind))
        return first + hash_of(kind, self.canonical(document, contexts, kind))


def signed_hash(
    document: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    suite: str = EDDSA_JCS,
    kind: str = ED25519,
    contexts: ContextRegistry | None = None,
) -> bytes:
    """What a suite signs of a document without its proofs, under proof options without the proof value."""
    return SUITES[suite].signed_hash(document, options, contexts or pinned_contexts(), kind)


def with_contexts(options: Mapping[str, Any], document: Mapping[str, Any]) -> dict[str, Any]:
    """Proof options under the contexts of their document, as the suites over RDF read them (3.2.5 step 5)."""
    return {"@context": document.get("@context", []), **{k: v for k, v in options.items() if k != "@context"}}


def _over_json(document: Mapping[str, Any], contexts: ContextRegistry, kind: str) -> bytes:
    return jcs(document)


def _over_rdf(document: Mapping[str, Any], contexts: ContextRegistry, kind: str) -> bytes:
    # Imported when asked for: whoever verifies JSON never loads the reader of graphs.
    from transire.credentials.rdf import to_quads
    from transire.credentials.rdfc import canonical_lines, sha256_hex, sha384_hex

    check_terms(document, contexts)
    digest = sha384_hex if kind == P384.name else sha256_hex
    return "".join(canonical_lines(to_quads(document, contexts), digest)).encode()


_EDWARDS: Final = frozenset({ED25519})
_NIST: Final = frozenset({P256.name, P384.name})

SUITES: Final[Mapping[str, Suite]] = {
    suite.name: suite
    for suite in (
        Suite(EDDSA_JCS, _EDWARDS, _over_json, True),
        Suite("eddsa-rdfc-2022", _EDWARDS, _over_rdf, False),
        Suite("ecdsa-jcs-2019", _NIST, _over_json, True),
        Suite("ecdsa-rdfc-2019", _NIST, _over_rdf, False),
    )
}
"""The suites by name; `ecdsa-sd-2023` is verified by `selective`."""
