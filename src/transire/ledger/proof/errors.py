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
