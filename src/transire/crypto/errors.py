"""What this room refuses.

TransireError
├── EncodingInvalid            crypto.encoding-invalid
├── JsonRefused                crypto.json-refused
│   ├── JsonTooLarge           crypto.json-too-large
│   ├── DuplicateKey           crypto.duplicate-key
│   └── NotCanonical           crypto.not-canonical
├── KeyInvalid                 crypto.key-invalid
│   ├── KeyLengthWrong         crypto.key-length-wrong
│   └── KeyUnsupported         crypto.key-unsupported
├── SignatureInvalid           crypto.signature-invalid
├── HttpSignatureMissing       crypto.http-signature-missing
├── HttpSignatureInvalid       crypto.http-signature-invalid
├── HttpSignatureStale         crypto.http-signature-stale
├── DidInvalid                 crypto.did-invalid
├── SealBroken                 crypto.seal-broken
└── KeyStoreError              crypto.keystore
    ├── KeyStoreSecretWrong    crypto.keystore-secret-wrong
    ├── KeyStoreSecretWeak     crypto.keystore-secret-weak
    ├── KeyStoreDamaged        crypto.keystore-damaged
    ├── KeyStoreExists         crypto.keystore-exists
    ├── KeyStoreMissing        crypto.keystore-missing
    ├── KeyUnknown             crypto.key-unknown
    └── KeyNameTaken           crypto.key-name-taken
"""

from __future__ import annotations

from transire.errors import TransireError


class EncodingInvalid(TransireError):
    code = "crypto.encoding-invalid"
    sentence = "A value is not written in the encoding that its field demands."
    fix = "Copy the value again from its source; nothing may be added, removed or padded."


class JsonRefused(TransireError):
    code = "crypto.json-refused"
    sentence = "The JSON uses something that the ledger's profile of JSON does not allow."
    fix = "Write decimals as strings, integers within 2^53-1, and at most 16 levels; then send it again."


class JsonTooLarge(JsonRefused):
    code = "crypto.json-too-large"
    sentence = "The JSON text is longer than is accepted here."
    fix = "Split it, or leave out what is not needed."
    status = 413


class DuplicateKey(JsonRefused):
    code = "crypto.duplicate-key"
    sentence = "A JSON object names the same member twice."
    fix = "Remove one of the two; which one was meant cannot be guessed."


class NotCanonical(JsonRefused):
    code = "crypto.not-canonical"
    sentence = "The JSON text is not in canonical form (RFC 8785), so its signature cannot be relied on."
    fix = "Serialise it with sorted keys and without white space before signing."


class KeyInvalid(TransireError):
    code = "crypto.key-invalid"
    sentence = "This is not a usable key."
    fix = "Generate a new key pair and enter its public half again."


class KeyLengthWrong(KeyInvalid):
    code = "crypto.key-length-wrong"
    sentence = "The key does not have the length of its kind."
    fix = "Copy the key again from its owner; a part of it is missing or was added."


class KeyUnsupported(KeyInvalid):
    code = "crypto.key-unsupported"
    sentence = "A key of this kind is not used here."
    fix = "Use a key of kind Ed25519, P-256 or P-384."


class SignatureInvalid(TransireError):
    code = "crypto.signature-invalid"
    sentence = "The signature does not match the content and the key."
    fix = "The content was altered, or another key signed it: ask the signer for the original."


class HttpSignatureMissing(TransireError):
    code = "crypto.http-signature-missing"
    sentence = "The HTTP message carries no signature."
    fix = "Send the headers Signature and Signature-Input of RFC 9421, as spec/http-signatures.md has them."
    status = 401


class HttpSignatureInvalid(TransireError):
    code = "crypto.http-signature-invalid"
    sentence = "The signature of the HTTP message does not hold."
    fix = "Sign what is sent, as it is sent: method, address, body and the headers that spec/http-signatures.md names."
    status = 401


class HttpSignatureStale(TransireError):
    code = "crypto.http-signature-stale"
    sentence = "The signature of the HTTP message is not of this time."
    fix = "Set the clock by NTP and sign the request again; a signature holds for a few minutes only."
    status = 401


class DidInvalid(TransireError):
    code = "crypto.did-invalid"
    sentence = "This is not a decentralised identifier (DID) that the network accepts."
    fix = "Use did:key with an Ed25519 key, or did:web with a public host name in lower case."


class SealBroken(TransireError):
    code = "crypto.seal-broken"
    sentence = "The sealed content cannot be opened with this key and context."
    fix = "It was altered, or was sealed for somebody else: ask the sender to deliver it again."


class KeyStoreError(TransireError):
    code = "crypto.keystore"
    sentence = "The key store cannot be used."
    fix = "See the details."
    status = 500


class KeyStoreSecretWrong(KeyStoreError):
    code = "crypto.keystore-secret-wrong"
    sentence = "The unlock secret does not open this key store."
    fix = "Check which secret file belongs to this node; the key store itself was not changed."


class KeyStoreSecretWeak(KeyStoreError):
    code = "crypto.keystore-secret-weak"
    sentence = "The unlock secret is too short."
    fix = "Use a secret of at least 16 random bytes, kept outside the backups."


class KeyStoreDamaged(KeyStoreError):
    code = "crypto.keystore-damaged"
    sentence = "The key store was altered or is incomplete."
    fix = "Restore it from its last backup; do not edit it by hand."


class KeyStoreExists(KeyStoreError):
    code = "crypto.keystore-exists"
    sentence = "There is a key store at this place already."
    fix = "Open it, or choose another place; a key store is never overwritten."


class KeyStoreMissing(KeyStoreError):
    code = "crypto.keystore-missing"
    sentence = "There is no key store at this place."
    fix = "Create it first, or correct the path in the settings."


class KeyUnknown(KeyStoreError):
    code = "crypto.key-unknown"
    sentence = "The key store holds no key of this name and kind."
    fix = "List the names in the key store, or create the key."
    status = 404


class KeyNameTaken(KeyStoreError):
    code = "crypto.key-name-taken"
    sentence = "The key store holds a key of this name already."
    fix = "Choose another name; a key is never replaced in place."
    status = 409
