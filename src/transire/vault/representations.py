"""The forms in which one signed document travels, and that all of them say the same.

The credential decides (LEDGER 3). Beside it there can be the token from which single parts are shown, and `vc+jwt` by
ES384 for readers outside; each is one leaf of the document's commitment, so that no two holders can be shown different
ones. A rendering that says anything else is refused, whoever signed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from transire.credentials.concealed import CONCEALED, compare_concealed, conceal_credential
from transire.credentials.exchange import EXCHANGE, compare_exchange, exchange_token
from transire.credentials.resolve import KeyResolver
from transire.crypto.canonical import canonical_bytes
from transire.crypto.multikey import Signer
from transire.documents.catalogue import MEDIA_TYPE


def represent(
    credential: Mapping[str, Any],
    *,
    salt: bytes,
    concealed_by: Signer | None = None,
    exchanged_by: Signer | None = None,
) -> dict[str, bytes]:
    """The credential and the tokens of it that these keys sign; one that would be longer than readers take is absent.

    >>> sorted(represent({"type": "VerifiableCredential"}, salt=bytes(32)))
    ['application/vc']
    """
    made = {MEDIA_TYPE: canonical_bytes(dict(credential))}
    token = None if exchanged_by is None else exchange_token(credential, exchanged_by)
    made |= {} if token is None else {EXCHANGE: token}
    token = None if concealed_by is None else conceal_credential(credential, salt=salt, key=concealed_by)
    return made | ({} if token is None else {CONCEALED: token})


def compare_representations(
    credential: Mapping[str, Any], representations: Mapping[str, bytes], *, salt: bytes, resolve: KeyResolver
) -> None:
    """Refuse a token that says anything but what the credential says, or that its issuer did not sign."""
    if (token := representations.get(CONCEALED)) is not None:
        compare_concealed(credential, token, salt=salt, resolve=resolve)
    if (exchanged := representations.get(EXCHANGE)) is not None:
        compare_exchange(credential, exchanged)
