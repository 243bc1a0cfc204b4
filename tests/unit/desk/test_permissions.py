"""The permission matrix: every role, operation and relation, against a table written out by hand."""

from __future__ import annotations

import itertools

import pytest

from transire.desk.errors import PermissionDenied, ScopeMissing
from transire.desk.permissions import (
    MATRIX,
    OPERATIONS,
    RELATIONS,
    is_permitted,
    operations_of,
    permitted_operations,
    permitted_roles,
    render_markdown,
    require,
)
from transire.desk.person import Person, Role

# Written out a second time and in another form, so that a slip in one of the two is found. A letter a role:
# a administrator, p preparer, s signing official, o officer, v supervisor, u auditor, c compliance officer.
# Columns: own_member, issuer, recipient, authorised_broker, customs.
EXPECTED = """
products.import         ps      -       -       -       -
products.read           psovuc  -       -       -       -
origin.ask              psovuc  -       -       -       -
origin.determine        s       -       -       -       -
determinations.read     psovuc  psovuc  psovuc  psovuc  psovuc
certifications.draft    ps      ps      -       -       -
certifications.sign     s       s       -       -       -
certifications.replace  s       s       -       -       -
certifications.withdraw s       s       -       -       -
certifications.read     psovuc  psovuc  psovuc  psovuc  psovuc
solicitations.ask       ps      -       -       -       -
solicitations.decline   -       -       s       -       -
solicitations.read      psovuc  psovuc  psovuc  psovuc  psovuc
documents.share         s       s       s       -       -
documents.read          psovuc  psovuc  psovuc  psovuc  psovuc
documents.issue         s       s       -       -       -
documents.withdraw      s       s       -       -       -
documents.destroy       s       s       s       -       -
holds.manage            c       -       -       -       -
authority.grant         s       s       -       -       -
authority.withdraw      s       s       -       -       -
authority.read          psovuc  psovuc  psovuc  psovuc  psovuc
invoices.issue          ps      ps      -       -       -
invoices.read           psovuc  psovuc  psovuc  psovuc  psovuc
entries.draft           ps      -       -       ps      -
entries.check           psovuc  -       -       psovuc  -
entries.file            s       -       -       s       -
entries.read            psovuc  psovuc  psovuc  psovuc  psovuc
claims.decide           -       -       -       -       ov
requests.ask            -       -       -       -       ov
entries.note            -       -       -       -       ov
requests.answer         s       s       s       s       -
requests.read           psovuc  psovuc  psovuc  psovuc  psovuc
inbox.read              psovuc  -       -       -       -
inbox.work              psov    -       -       -       -
receipts.read           psovuc  psovuc  psovuc  psovuc  psovuc
notes.read              psovuc  psovuc  psovuc  psovuc  psovuc
notes.write             psov    psov    psov    psov    psov
views.save              apsovuc -       -       -       -
notices.choose          apsovuc -       -       -       -
webhooks.manage         a       -       -       -       -
tariff.read             apsovuc -       -       -       -
network.read            apsovuc -       -       -       -
rules.read              apsovuc -       -       -       -
network.govern          a       -       -       -       -
network.enrol           a       -       -       -       -
persons.read            au      -       -       -       -
persons.manage          a       -       -       -       -
particulars.read        apsovuc -       -       -       -
particulars.write       as      -       -       -       -
tokens.manage           a       -       -       -       -
sign_ins.read           au      -       -       -       -
"""
LETTERS = dict(zip("apsovuc", Role, strict=True))
ROWS = [line.split() for line in EXPECTED.strip().splitlines()]
CASES = [
    (row[0], relation, role, letter in cell)
    for row in ROWS
    for relation, cell in zip(RELATIONS, row[1:], strict=True)
    for letter, role in LETTERS.items()
]


def person(*roles: str, scopes: frozenset[str] | None = None) -> Person:
    return Person("p", "P", frozenset(roles), scopes=scopes)


def test_every_operation_stands_in_the_expected_table():
    assert tuple(row[0] for row in ROWS) == OPERATIONS
    assert len(CASES) == len(OPERATIONS) * len(RELATIONS) * len(Role)


@pytest.mark.parametrize(("operation", "relation", "role", "permitted"), CASES)
def test_each_cell(operation, relation, role, permitted):
    assert is_permitted(person(role), operation, relation) is permitted
    if permitted:
        require(person(role), operation, relation)
    else:
        with pytest.raises(PermissionDenied):
            require(person(role), operation, relation)


def test_nobody_without_a_role_may_do_anything():
    for operation, relation in itertools.product(OPERATIONS, RELATIONS):
        with pytest.raises(PermissionDenied):
            require(person(), operation, relation)


def test_a_role_that_does_not_exist_opens_nothing():
    assert operations_of(frozenset({"king", ""})) == frozenset()


@pytest.mark.parametrize("roles", list(itertools.combinations(Role, 2)))
def test_two_roles_together_may_what_each_may(roles):
    for operation, relation in itertools.product(OPERATIONS, RELATIONS):
        each = [is_permitted(person(role), operation, relation) for role in roles]
        assert is_permitted(person(*roles), operation, relation) == any(each)


def test_a_scope_narrows_and_never_widens():
    for operation, relation, role in itertools.product(OPERATIONS, RELATIONS, Role):
        alone = person(role, scopes=frozenset({operation}))
        assert is_permitted(alone, operation, relation) == is_permitted(person(role), operation, relation)
        without = person(role, scopes=frozenset(OPERATIONS) - {operation})
        assert not is_permitted(without, operation, relation)


def test_the_missing_scope_is_named():
    with pytest.raises(ScopeMissing) as refusal:
        require(person("auditor", scopes=frozenset({"entries.read"})), "documents.read")
    assert (refusal.value.expected, refusal.value.got, refusal.value.status) == (
        "documents.read",
        "entries.read",
        403,
    )


def test_the_denial_says_who_may():
    with pytest.raises(PermissionDenied) as refusal:
        require(person("preparer"), "claims.decide", "customs")
    assert refusal.value.as_problem() == {
        "code": "desk.permission-denied",
        "sentence": "Your role does not permit this.",
        "fix": "Ask a person of your organisation who has the role, or your administrator to give it to you.",
        "expected": "officer, supervisor",
        "got": "preparer",
        "where": "claims.decide (customs)",
    }
    assert refusal.value.status == 403


@pytest.mark.parametrize(("operation", "relation"), [("fly", "own_member"), ("inbox.read", "friend")])
def test_a_word_that_is_not_in_the_matrix_is_an_error_of_the_program(operation, relation):
    with pytest.raises(LookupError):
        permitted_roles(operation, relation)


class TestSense:
    """What the house promises, whatever the rows say."""

    def test_a_preparer_drafts_and_does_not_sign(self):
        assert "certifications.draft" in permitted_operations(person("preparer"))
        signing = {"certifications.sign", "certifications.withdraw", "authority.grant", "entries.file"}
        assert not signing & operations_of(frozenset({"preparer"}))
        assert signing <= operations_of(frozenset({"signing_official"}))

    def test_an_auditor_changes_nothing_but_its_own_views_and_notices(self):
        changing = {row.operation for row in MATRIX if row.changes}
        assert operations_of(frozenset({"auditor"})) & changing == {"views.save", "notices.choose"}

    def test_only_officers_and_supervisors_of_customs_decide(self):
        for operation in ("claims.decide", "requests.ask"):
            deciding = {
                (role, relation)
                for role, relation in itertools.product(Role, RELATIONS)
                if is_permitted(person(role), operation, relation)
            }
            assert deciding == {("officer", "customs"), ("supervisor", "customs")}

    def test_an_administrator_reads_no_document(self):
        trade = {"documents.read", "certifications.read", "entries.read", "invoices.read", "receipts.read"}
        assert not trade & operations_of(frozenset({"administrator"}))

    def test_every_operation_is_somebodys(self):
        assert operations_of(frozenset(Role)) == set(OPERATIONS)


def test_the_documentation_shows_each_cell():
    table = render_markdown()
    assert "| `claims.decide` | Accept or deny a claim of an entry | - | - | - | customs | customs | - |" in table
    assert "| `entries.read` | See entry summaries | - | any | any | any | any | any |" in table
    assert len([line for line in table.splitlines() if line.startswith("| `")]) == len(OPERATIONS)
    for relation in RELATIONS:
        assert f"- **{relation.replace('_', ' ')}**:" in table
