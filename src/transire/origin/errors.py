"""How the origin room refuses.

TransireError
├── AgreementUnknown     origin.agreement-unknown
├── RuleNotUnderstood    origin.rule-not-understood
└── RulesUnreadable      origin.rules-unreadable
"""

from __future__ import annotations

from transire.errors import TransireError


class AgreementUnknown(TransireError):
    """An agreement that is not in the data."""

    code = "origin.agreement-unknown"
    sentence = "This trade agreement is not known here."
    fix = "Use nafta, usmca or cafta_dr."


class RuleNotUnderstood(TransireError):
    """Words of a rule of origin that the grammar does not know."""

    code = "origin.rule-not-understood"
    sentence = "This rule of origin was not understood."
    fix = "Write it in the language of the treaties' annexes, as the notation reference shows."
    status = 422


class RulesUnreadable(TransireError):
    """A file of rules that is not a table of numbers and texts."""

    code = "origin.rules-unreadable"
    sentence = "This file of rules of origin cannot be read."
    fix = "Give a table with a heading line, separated by tabs or commas, with the columns hs_scope and rule_text."
    status = 422
