"""What this room refuses.

TransireError
├── ProofInvalid       merkle.proof-invalid
├── ProofUnavailable   merkle.proof-unavailable
│   └── VersionPruned  merkle.version-pruned
└── TreeDamaged        merkle.tree-damaged
"""

from __future__ import annotations

from transire.errors import TransireError


class ProofInvalid(TransireError):
    code = "merkle.proof-invalid"
    sentence = "The proof does not lead to the root that stands on the ledger."
    fix = "The proof or the record was altered: ask a node of the network for a new receipt."


class ProofUnavailable(TransireError):
    code = "merkle.proof-unavailable"
    sentence = "There is no proof for this place or time."
    fix = "Ask for an entry that exists, at a height that the node still keeps."
    status = 404


class VersionPruned(ProofUnavailable):
    code = "merkle.version-pruned"
    sentence = "The state of that height is no longer kept for proofs."
    fix = "Ask for a proof at a recent height; absence today proves absence for every earlier height."
    status = 410


class TreeDamaged(TransireError):
    code = "merkle.tree-damaged"
    sentence = "The stored tree is incomplete or was altered."
    fix = "Run transire doctor --deep, then restore this replica from a snapshot."
    status = 500
