"""How the origin room refuses.

TransireError
└── AgreementUnknown   origin.agreement-unknown
"""

from __future__ import annotations

from transire.errors import TransireError


class AgreementUnknown(TransireError):
    """An agreement that is not in the data."""

    code = "origin.agreement-unknown"
    sentence = "This trade agreement is not known here."
    fix = "Use nafta, usmca or cafta_dr."
