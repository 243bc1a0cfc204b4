"""The form of credentials of the data model 1.1, which partners still send: read and signed, never made by the house.

Only what differs from 2.0: the first context, `issuanceDate` in the place of `validFrom`. It defines no word for a Data
Integrity proof, so that the context of the proof stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from transire.credentials.contexts import ContextRegistry
from transire.credentials.errors import ContextOrder, ValidityReversed
from transire.credentials.structure import check_parts, read_stamp

V1: Final = "https://www.w3.org/2018/credentials/v1"
DATA_INTEGRITY: Final = "https://w3id.org/security/data-integrity/v2"


def is_v1(document: Mapping[str, Any]) -> bool:
    """Whether a document is of the data model 1.1: its first context says so."""
    contexts = document.get("@context")
    return isinstance(contexts, list) and contexts[:1] == [V1]


def check_credential_v1(credential: Mapping[str, Any], contexts: ContextRegistry) -> None:
    """Refuse what is not a credential of the data model 1.1 by its form (sections 4.1 to 4.9)."""
    if not is_v1(credential):
        raise ContextOrder(expected=V1, got=repr(credential.get("@context"))[:120], where="/@context/0")
    check_parts(credential, contexts)
    issued = read_stamp(credential.get("issuanceDate"), "/issuanceDate")
    if "expirationDate" in credential and read_stamp(credential["expirationDate"], "/expirationDate") < issued:
        found = credential["expirationDate"]
        raise ValidityReversed(expected=f"no earlier than {issued.isoformat()}", got=found, where="/expirationDate")


def with_proof_context(credential: Mapping[str, Any]) -> dict[str, Any]:
    """The credential with the context of Data Integrity after its own, which 1.1 needs before it is signed.

    >>> with_proof_context({"@context": [V1]})["@context"][1]
    'https://w3id.org/security/data-integrity/v2'
    """
    listed = list(credential["@context"])
    return {**credential, "@context": listed if DATA_INTEGRITY in listed else [*listed, DATA_INTEGRITY]}
