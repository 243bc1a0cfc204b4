"""How the origin room refuses.

TransireError
├── AgreementUnknown      origin.agreement-unknown
├── RuleNotUnderstood     origin.rule-not-understood
├── RulesUnreadable       origin.rules-unreadable
├── FileUnreadable        origin.file-unreadable
│
│   Cases and determinations
├── CaseInvalid           origin.case-invalid
├── MemberTwice           origin.member-twice
├── AmountMalformed       origin.amount-malformed
├── AmountNegative        origin.amount-negative
├── ShareTooLarge         origin.share-too-large
├── CurrenciesMixed       origin.currencies-mixed
├── CodeUnknown           origin.code-unknown
├── OriginUnsaid          origin.origin-unsaid
├── PartExceedsWhole      origin.part-exceeds-whole
├── MaterialTwice         origin.material-twice
├── BillCyclic            origin.bill-cyclic
├── BillTooDeep           origin.bill-too-deep
├── StatementUnmatched    origin.statement-unmatched
├── FactMalformed         origin.fact-malformed
├── FactsContradict       origin.facts-contradict
├── AgreementNotInForce   origin.agreement-not-in-force
├── CountryNotParty       origin.country-not-party
├── MethodNotOfAgreement  origin.method-not-of-agreement
│
│   The schedules' arithmetic
├── ScheduleInvalid       origin.schedule-invalid
├── BaseIsZero            origin.base-is-zero
├── InventoryShort        origin.inventory-short
└── FigureMissing         origin.figure-missing
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


class FileUnreadable(TransireError):
    """A file that is not there, is a folder, or may not be read."""

    code = "origin.file-unreadable"
    sentence = "This file cannot be read."
    fix = 'Check its name and that you may read it; "-" reads standard input.'


class MemberTwice(TransireError):
    """A JSON object with two members of one name: which of them is meant cannot be told."""

    code = "origin.member-twice"
    sentence = "A member stands twice in one object, so that it cannot be told which of the two is meant."
    fix = "Keep the one that is right and remove the other."


class CaseInvalid(TransireError):
    """A case that is not JSON, lacks a member, or has one that the interface does not name or not so."""

    code = "origin.case-invalid"
    sentence = "This is not an origin case."
    fix = "Correct the member that is named; the page docs/reference/origin-case.md lists all of them."


class AmountMalformed(TransireError):
    """An amount, quantity or share that is not a decimal string."""

    code = "origin.amount-malformed"
    sentence = "This is not a decimal string."
    fix = 'Write digits and at most one point between quotation marks, for example "1250.50".'


class AmountNegative(TransireError):
    """A negative value, quantity or cost."""

    code = "origin.amount-negative"
    sentence = "A value, quantity or cost cannot be negative."
    fix = "Correct the amount; a gain of currency conversion goes into costs.currency.gain."


class ShareTooLarge(TransireError):
    """A share of more than one, a percentage of more than a hundred."""

    code = "origin.share-too-large"
    sentence = "A share cannot be more than the whole."
    fix = 'Write shares as fractions ("0.85" for 85 per cent), contents and rates per cent.'


class CurrenciesMixed(TransireError):
    """Amounts of one case in several currencies."""

    code = "origin.currencies-mixed"
    sentence = "The amounts of a case are in more than one currency."
    fix = "Convert them first, at the producer's recorded rate (NAFTA Regulations s.3, USMCA Regulations s.2)."


class CodeUnknown(TransireError):
    """A tariff code that no edition at hand prints."""

    code = "origin.code-unknown"
    sentence = "This tariff code does not exist."
    fix = "Write the heading, subheading or tariff item of the edition that is in force on the day of importation."


class OriginUnsaid(TransireError):
    """A material without `origin` that is not self-produced, or with a member that its kind does not have."""

    code = "origin.origin-unsaid"
    sentence = "A material needs either its origin or what it was self-produced from."
    fix = "State origin (originating, non_originating, unknown), or self_produced without a value: it is computed."


class PartExceedsWhole(TransireError):
    """A part that is larger than what contains it."""

    code = "origin.part-exceeds-whole"
    sentence = "A part is larger than the amount that contains it."
    fix = "Correct one of the two amounts, or say that the part is not included."


class MaterialTwice(TransireError):
    """Two materials of one bill with the same id."""

    code = "origin.material-twice"
    sentence = "Two materials of the bill have the same id."
    fix = "Give each line of the bill an id of its own."


class BillCyclic(TransireError):
    """A self-produced material that contains itself."""

    code = "origin.bill-cyclic"
    sentence = "A material is made from itself."
    fix = "Correct the bill of materials: no material may stand below itself."


class BillTooDeep(TransireError):
    """More levels of self-produced materials than a bill may have."""

    code = "origin.bill-too-deep"
    sentence = "The bill of materials has too many levels."
    fix = "Join levels that are never bought or sold on their own."


class StatementUnmatched(TransireError):
    """An accumulation statement about a material that the bill does not hold, or holds several times."""

    code = "origin.statement-unmatched"
    sentence = "This statement speaks of no single material of the bill."
    fix = "Name the id of one material that another producer made."


class FactMalformed(TransireError):
    """A declared fact whose value is not of its kind."""

    code = "origin.fact-malformed"
    sentence = "The value of this declared fact is not of its kind."
    fix = "Use true or false; text for process and principal_use; words and match for description; text for as_stated."


class FactsContradict(TransireError):
    """One fact declared twice, each time otherwise."""

    code = "origin.facts-contradict"
    sentence = "Two declared facts contradict each other."
    fix = "Keep the one that is true."


class AgreementNotInForce(TransireError):
    """A day of importation on which the agreement did not bind."""

    code = "origin.agreement-not-in-force"
    sentence = "The agreement was not in force on this day."
    fix = "Name the agreement that binds on the day of importation: usmca follows nafta on 2020-07-01."


class CountryNotParty(TransireError):
    """An importing country that is not a party to the agreement."""

    code = "origin.country-not-party"
    sentence = "The importing country is not a party to the agreement on this day."
    fix = "Correct the country or the agreement."


class MethodNotOfAgreement(TransireError):
    """A method of value content that the agreement does not know."""

    code = "origin.method-not-of-agreement"
    sentence = "The agreement does not know this method of calculating the regional value content."
    fix = "Leave the method out, or name one of the agreement."


class ScheduleInvalid(TransireError):
    """Input to allocate, inventory, trace or interest that is not of its form."""

    code = "origin.schedule-invalid"
    sentence = "This is not the input of that calculation."
    fix = "Correct the member that is named; the page docs/reference/origin-case.md lists all of them."


class BaseIsZero(TransireError):
    """A ratio whose whole is zero."""

    code = "origin.base-is-zero"
    sentence = "Nothing can be allocated: the base is zero in all."
    fix = "State the base of at least one product, or choose another method."


class InventoryShort(TransireError):
    """A shipment of more than what lies in the inventory."""

    code = "origin.inventory-short"
    sentence = "More units leave the inventory than lie in it."
    fix = "Add the missing receipt or opening lot, or correct the quantity."


class FigureMissing(TransireError):
    """A figure without which the calculation cannot be done."""

    code = "origin.figure-missing"
    sentence = "A figure is missing."
    fix = "State the member that is named."
