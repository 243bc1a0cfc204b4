"""What this room refuses.

TransireError
└── VcApiRefused
    ├── RequestMalformed      vc-api.request-malformed
    ├── IssuerUnknown         vc-api.issuer-unknown
    ├── IssuerForeign         vc-api.issuer-foreign
    ├── CredentialUnknown     vc-api.credential-unknown
    └── ListUnknown           vc-api.list-unknown
"""

from __future__ import annotations

from transire.errors import TransireError


class VcApiRefused(TransireError):
    code = "vc-api.refused"
    sentence = "The request was refused."
    fix = "See the details."


class RequestMalformed(VcApiRefused):
    code = "vc-api.request-malformed"
    sentence = "The request does not have the form that this address expects."
    fix = "Send a JSON object with the members that the page on the VC API names."


class IssuerUnknown(VcApiRefused):
    code = "vc-api.issuer-unknown"
    sentence = "There is no issuer of this name here."
    fix = "Ask GET /issuers for the names, and use one of them as the first part of the path."
    status = 404


class IssuerForeign(VcApiRefused):
    code = "vc-api.issuer-foreign"
    sentence = "The credential names an issuer whose key is not here."
    fix = "Leave out issuer, or name the DID that GET /issuers gives for this path."


class CredentialUnknown(VcApiRefused):
    code = "vc-api.credential-unknown"
    sentence = "No credential with this id has a place in a status list here."
    fix = "Use the id of a credential that this service issued with a status."
    status = 404


class ListUnknown(VcApiRefused):
    code = "vc-api.list-unknown"
    sentence = "There is no status list at this address."
    fix = "Use the address that stands in statusListCredential of a credential."
    status = 404
