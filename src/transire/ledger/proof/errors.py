"""How a proof is refused.

TransireError
└── ProofRefused                what `transire verify` reports as a failed check
    ├── HeaderMalformed         a header that no CometBFT node would write
    ├── ValidatorSetMalformed   empty, doubled, out of order, or without power
    ├── ValidatorSetUnknown     the header names another set than the one that is trusted at its height
    ├── CommitForAnotherBlock   the votes are for another height or block
    ├── CommitMalformed         a vote in the wrong place, of a wrong form
    ├── CommitSignatureInvalid  a vote that its validator did not sign
    └── CommitTooWeak           two thirds of the power or less
"""

from __future__ import annotations

from transire.errors import TransireError


class ProofRefused(TransireError):
    """The base of everything that makes a check of a receipt fail."""

    code = "ledger.proof-refused"
    sentence = "The proof does not hold."
    fix = "Ask the node that issued the receipt for a new one, and do not rely on this copy."
    status = 422


class HeaderMalformed(ProofRefused):
    code = "ledger.header-malformed"
    sentence = "A block header in the receipt has an impossible value."


class ValidatorSetMalformed(ProofRefused):
    code = "ledger.validator-set-malformed"
    sentence = "A list of validators is empty, doubled, out of order or without power."


class ValidatorSetUnknown(ProofRefused):
    code = "ledger.validator-set-unknown"
    sentence = "The block was made by other validators than those trusted at its height."
    fix = (
        "Check that the network file is the one of this network and compare its fingerprint; "
        "if validators changed since, ask the node for a receipt with all changes."
    )


class CommitForAnotherBlock(ProofRefused):
    code = "ledger.commit-for-another-block"
    sentence = "The validators' votes are for another block than the one shown."


class CommitMalformed(ProofRefused):
    code = "ledger.commit-malformed"
    sentence = "A vote of the commit stands in the wrong place or has a wrong form."


class CommitSignatureInvalid(ProofRefused):
    code = "ledger.commit-signature-invalid"
    sentence = "A vote was not signed by the validator it names."


class CommitTooWeak(ProofRefused):
    code = "ledger.commit-too-weak"
    sentence = "The block was not signed by more than two thirds of the validators' power."


class NotAReceipt(TransireError):
    code = "ledger.not-a-receipt"
    sentence = "This file is not a receipt."
    fix = "Choose the file that the node exported; its name usually ends in .receipt.json."


class TrustRootInvalid(TransireError):
    code = "ledger.trust-root-invalid"
    sentence = "This is not a network file that proofs can be checked against."
    fix = "Get network.json from a member of the network and compare its fingerprint by telephone."


class ReceiptIncomplete(TransireError):
    code = "ledger.receipt-incomplete"
    sentence = "The receipt cannot be built from what was given."
    fix = "Ask the engine for evidence with all keys that `receipt_keys` names."
    status = 409


class NoteMalformed(TransireError):
    code = "ledger.note-malformed"
    sentence = "This is not a signed checkpoint or verifier key in the form that transparency logs share."
    fix = "Copy it again, whole and unchanged."


class NoteSignatureInvalid(TransireError):
    code = "ledger.note-signature-invalid"
    sentence = "A known key did not make this signature on the checkpoint."
    fix = "Do not rely on this checkpoint; ask the witness for its own copy."
    status = 422


class ReceiptMalformed(ProofRefused):
    code = "ledger.receipt-malformed"
    sentence = "The receipt does not have the form of its type."


class OtherNetwork(ProofRefused):
    code = "ledger.receipt-of-another-network"
    sentence = "The receipt is of another network."
    fix = "Choose the network file of the receipt's own network, and make sure that you trust it."


class HeadersDisagree(ProofRefused):
    code = "ledger.headers-disagree"
    sentence = "The block headers in the receipt do not fit together."


class StateNotProved(ProofRefused):
    code = "ledger.state-not-proved"
    sentence = "The validators did not sign the state that the receipt shows."


class NotInLog(ProofRefused):
    code = "ledger.not-in-log"
    sentence = "The action does not stand in the ledger's log where the receipt says."


class NamesDiffer(ProofRefused):
    code = "ledger.names-differ"
    sentence = "The members that the receipt shows are not those that it names."


class KeyNotProved(ProofRefused):
    code = "ledger.key-not-proved"
    sentence = "A record of the ledger's state is not as the receipt shows it."


class SignerNotEntitled(ProofRefused):
    code = "ledger.signer-not-entitled"
    sentence = "The action was not signed by a key that was the member's to sign it with."


class NotInPool(ProofRefused):
    code = "ledger.not-in-pool"
    sentence = "The statement does not belong to what the member anchored on the ledger."


class DocumentDiffers(ProofRefused):
    code = "ledger.document-differs"
    sentence = "The document is not the one that the statement committed to."


class CredentialInvalid(ProofRefused):
    code = "ledger.credential-invalid"
    sentence = "The credential is not one that its issuer validly signed."


class Withdrawn(ProofRefused):
    code = "ledger.withdrawn"
    sentence = "The issuer has withdrawn or replaced this version."
    fix = "Ask the issuer for the version that is current."


class WitnessDisagrees(ProofRefused):
    code = "ledger.witness-disagrees"
    sentence = "An outside witness did not countersign this log."


class TooOld(ProofRefused):
    code = "ledger.proof-too-old"
    sentence = "The proof is not as recent as you asked for."
    fix = "Ask the node for a new receipt."


class NotShown(ProofRefused):
    code = "ledger.not-shown"
    sentence = "The receipt does not show what you required."
    fix = "Ask the node for a receipt that includes it."


class NotJudged(ProofRefused):
    code = "ledger.not-judged"
    sentence = "This rests on a check that does not hold."
