"""What `verify_receipt` says of genuine receipts, check by check, and of those that lack or contradict something."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from ledger_world import AGENCY, BROKER, CHAMBER, CUSTOMS, IMPORTER, PRODUCER, digest, public, signing_key
from receipt_world import OPERATORS, Chain, Story, tell
from transire.crypto.canonical import Json, canonical_bytes
from transire.ledger.action import parse_action
from transire.ledger.chain import Time
from transire.ledger.chain_json import validators_json
from transire.ledger.proof.acts import check_stated_by
from transire.ledger.proof.case import Case
from transire.ledger.proof.errors import KeyNotProved, NotAReceipt, ProofRefused, ReceiptIncomplete, SignerNotEntitled
from transire.ledger.proof.headers import Schedule
from transire.ledger.proof.reading import read_receipt
from transire.ledger.proof.status import check_status
from transire.ledger.receipt import StatementEvidence, build_receipt
from transire.ledger.state import Ended, MemberRecord, Since
from transire.ledger.statement import Pool, make_statement, statement_bytes
from transire.ledger.verify import CHECKS, Check, TrustRoot, Verification, VerifyCache, verify_receipt

AFTER = datetime(2026, 2, 2, 10, 0, 30, tzinfo=UTC)


def verify(chain: Chain, raw: bytes, **more: Any) -> Verification:
    return verify_receipt(raw, chain.trust_root, **{"now": AFTER, **more})


def altered(raw: bytes, **members: Any) -> bytes:
    return canonical_bytes({**json.loads(raw), **members})


def state(story: Story, name: str, **more: Any) -> Check:
    return verify(story.chain, story.receipt(**more)).check(name)


def anchor(
    chain: Chain, kind: str, body: dict[str, Json], *, by: str, about: Sequence[str] = ()
) -> tuple[bytes, StatementEvidence]:
    """One statement in a pool of its own, and a block more."""
    said = make_statement(kind, body, about=about, by=by, actor="x", salt=bytes(32))
    pool = Pool.build(chain.genesis.network, by, [said], salt=bytes(32))
    action = chain.world.sign("witness/1", pool.body(), by=by)
    chain.done(action)
    chain.block()
    return action, StatementEvidence(raw=statement_bytes(said), index=0, path=(), opening=pool.opening())


def judged(story: Story, record: MemberRecord | None) -> Case:
    """The case of a story's receipt, as far as this record of the producer counts as proved."""
    return Case(
        receipt=read_receipt(story.receipt()),
        trust=TrustRoot.parse(story.chain.trust_root),
        cache=VerifyCache(),
        now=AFTER,
        records={PRODUCER: record},
        rows={},
    )


class TestWholeReceipt:
    def test_every_check_is_named_once_and_none_fails(self) -> None:
        story = tell()
        found = verify(story.chain, story.receipt())
        assert tuple(check.name for check in found.checks) == CHECKS
        assert found.holds
        found.require_all()
        outcomes = {check.name for check in found.checks if check.outcome == "not shown"}
        assert outcomes == {"operators", "witnesses"}

    def test_the_findings_of_one_validator(self) -> None:
        story = tell()
        found = {check.name: check.found for check in verify(story.chain, story.receipt()).checks}
        assert found["form"] == "statement/1"
        assert found["network"] == story.chain.genesis.network
        assert found["statement"] == f"document.issued/1 by {PRODUCER}"
        assert found["stated-by"] == f"{PRODUCER} with its key act-1, kept by {BROKER}"
        assert found["time"] == "2026-02-02T10:00:01Z"
        assert found["signed"] == f"10 of 10 of the validators' power: {CUSTOMS}"
        assert found["operators"] == f"{CUSTOMS} alone; proves nothing against it"
        assert found["witnesses"] == "none"
        assert found["log"] == "entry 1 of the log, from block 1"
        assert found["status"] == "not withdrawn as of 2026-02-02T10:00:01Z"
        assert found["credential"] == f"VerifiableCredential signed by {PRODUCER}, valid from 2026-02-02T09:00:00Z"
        assert "application/pdf (18 bytes, a rendering, not compared)" in found["document"]

    def test_the_title_says_what_it_is_of(self) -> None:
        story = tell()
        assert verify(story.chain, story.receipt()).receipt == f"statement document.issued/1 by {PRODUCER}"
        assert verify(story.chain, story.chain.receipt(story.action)).receipt == f"action witness/1 by {PRODUCER}"

    def test_the_same_evidence_gives_the_same_bytes(self) -> None:
        assert tell().receipt() == tell().receipt()

    def test_require_all_names_the_first_check_that_fails(self) -> None:
        story = tell()
        with pytest.raises(ProofRefused, match="At network"):
            verify(tell((CHAMBER,)).chain, story.receipt()).require_all()


class TestFourValidators:
    def test_one_may_be_absent_or_vote_for_nil(self) -> None:
        story = tell(OPERATORS)
        for absent, for_nil in (((2,), ()), ((), (1,))):
            story.chain.block(absent=absent, for_nil=for_nil)
            check = state(story, "signed")
            assert check.outcome == "holds"
            assert check.found.startswith("30 of 40")

    def test_two_missing_are_too_many(self) -> None:
        story = tell(OPERATORS)
        story.chain.block(absent=(0,), for_nil=(3,))
        check = state(story, "signed")
        assert (check.outcome, check.found, check.code) == ("fails", "20 of 40", "ledger.commit-too-weak")

    def test_the_operators_who_could_have_written_it_together(self) -> None:
        found = state(tell(OPERATORS), "operators").found
        assert "above two thirds 3 together" in found
        assert "above one third 2 together" in found

    def test_one_operator_of_all_validators_proves_nothing_against_it(self) -> None:
        check = state(tell((CUSTOMS, CUSTOMS, CUSTOMS, CHAMBER)), "operators")
        assert (check.outcome, check.found) == ("not shown", f"{CUSTOMS} alone; proves nothing against it")


class TestValidatorChanges:
    @pytest.fixture
    def story(self) -> Story:
        story = tell(OPERATORS)
        story.chain.set_validator(4, 10, BROKER)
        story.chain.set_validator(1, 0, CHAMBER)
        for _ in range(3):
            story.chain.block()
        return story

    def newest(self, story: Story) -> tuple[Any, ...]:
        return story.chain.signed[story.chain.machine.height].validators

    def test_they_are_followed_from_the_trust_root(self, story: Story) -> None:
        found = verify(story.chain, story.receipt(validators=self.newest(story)))
        assert found.holds
        assert found.check("validators").found.startswith("2 changes since the network file")
        assert BROKER in found.check("operators").found
        assert CHAMBER not in found.check("operators").found

    def test_an_operator_that_is_not_shown_counts_as_unknown(self, story: Story) -> None:
        found = verify(story.chain, story.receipt())
        assert found.holds
        assert "an operator that the receipt does not show" in found.check("operators").found

    def test_a_change_left_out_is_noticed(self, story: Story) -> None:
        changes = json.loads(story.receipt())["changes"]
        for kept in ([], changes[:1], changes[1:]):
            found = verify(story.chain, altered(story.receipt(), changes=kept))
            assert found.check("validators").outcome == "fails" or found.check("signed").outcome == "fails"

    def test_a_header_signed_by_those_who_left_is_refused(self, story: Story) -> None:
        """The set before the changes signs a header after them: the old keys alone decide nothing any more."""
        forged = story.chain.forge(story.chain.machine.height, story.chain.signed[1].validators)
        check = verify(story.chain, altered(story.receipt(), proven=forged)).check("signed")
        assert (check.outcome, check.code) == ("fails", "ledger.validator-set-unknown")

    def test_a_header_between_two_changes_that_announces_another_is_refused(self, story: Story) -> None:
        """Nothing but the changes that the receipt shows may happen before the last of them."""
        forged = story.chain.forge(2, next_validators_hash=bytes(32))
        check = verify(story.chain, altered(story.receipt(), accepted=forged)).check("signed")
        assert (check.outcome, check.code) == ("fails", "ledger.headers-disagree")
        assert "the validators after height 2" in check.detail

    def test_a_change_to_the_same_validators_is_none(self, story: Story) -> None:
        same = story.chain.forge(2)
        receipt = json.loads(story.receipt())
        validators = validators_json(story.chain.signed[1].validators)
        receipt["changes"].insert(0, {"header": same, "validators": validators})
        check = verify(story.chain, canonical_bytes(receipt)).check("validators")
        assert (check.found, check.expected) == ("the same validators", "a change")

    def test_a_change_by_others_than_announced_is_refused(self, story: Story) -> None:
        receipt = json.loads(story.receipt())
        receipt["changes"][0]["validators"][0]["power"] += 1
        check = verify(story.chain, canonical_bytes(receipt)).check("validators")
        assert (check.outcome, check.code) == ("fails", "ledger.validator-set-unknown")

    def test_a_change_after_the_proof_is_not_needed(self) -> None:
        earlier = tell(OPERATORS)
        earlier.chain.set_validator(4, 10, BROKER)
        earlier.chain.block()
        evidence = earlier.chain.evidence(earlier.action)
        assert evidence.validator_changes[-1].header.height == evidence.proven.header.height
        assert build_receipt(evidence)["changes"] == []

    def test_evidence_without_the_announcing_header_builds_nothing(self, story: Story) -> None:
        evidence = story.chain.evidence(story.action)
        wrong = replace(evidence, validator_changes=evidence.validator_changes[1:])
        assert len(build_receipt(wrong)["changes"]) == 1  # type: ignore[arg-type]
        wrong = replace(evidence, validator_changes=(story.chain.signed[3],))
        with pytest.raises(ReceiptIncomplete, match="announces the change"):
            build_receipt(wrong)


class TestStatus:
    def test_without_proof_it_is_not_shown(self) -> None:
        story = tell()
        check = state(story, "status", status_of=[])
        assert (check.outcome, check.found) == ("not shown", "NOT SHOWN")
        required = verify(story.chain, story.receipt(status_of=[]), require=("status",)).check("status")
        assert (required.outcome, required.found, required.code) == ("fails", "NOT SHOWN", "ledger.not-shown")

    def test_an_ending_by_another_action_than_the_receipt_s_is_refused(self) -> None:
        """The row says when the version ended; a receipt of `document.end` must be of that very action."""
        chain = Chain()
        action = chain.world.sign("document.end/1", {"version": digest("v1")}, by=PRODUCER)
        chain.done(action)
        chain.block()
        case = replace(
            judged(tell(), None),
            receipt=read_receipt(chain.receipt(action)),
            action=parse_action(action),
            rows={f"ended/{PRODUCER}/{digest('v1')}": Ended(height=7)},
            proven=Schedule(TrustRoot.parse(chain.trust_root)).verify(read_receipt(chain.receipt(action)).proven),
        )
        with pytest.raises(KeyNotProved, match="ended at height 1"):
            check_status(case)

    def test_a_withdrawn_version_fails(self) -> None:
        story = tell()
        end: dict[str, Json] = {"version": story.document.commitment, "successor": digest("second version")}
        story.chain.done(story.chain.world.sign("document.end/1", end, by=PRODUCER))
        story.chain.block()
        check = state(story, "status")
        assert (check.outcome, check.code) == ("fails", "ledger.withdrawn")
        assert check.found == f"withdrawn at height 3, replaced by {digest('second version')}"
        assert check.expected == "not withdrawn as of 2026-02-02T10:00:03Z"

    def test_an_ending_by_another_member_ends_nothing(self) -> None:
        story = tell()
        end: dict[str, Json] = {"version": story.document.commitment}
        story.chain.done(story.chain.world.sign("document.end/1", end, by=CUSTOMS))
        story.chain.block()
        assert state(story, "status").found.startswith("not withdrawn as of")

    def test_the_absence_of_another_version_says_nothing_of_this_one(self) -> None:
        story = tell()
        check = state(story, "status", status_of=[(PRODUCER, digest("another")), (CUSTOMS, story.document.commitment)])
        assert (check.outcome, check.found) == ("not shown", "NOT SHOWN")
        assert f"version {digest('another')} of {PRODUCER} not withdrawn" in check.detail

    def test_another_version_that_ended_fails(self) -> None:
        story = tell()
        story.chain.done(story.chain.world.sign("document.end/1", {"version": digest("other")}, by=CUSTOMS))
        story.chain.block()
        own = (PRODUCER, story.document.commitment)
        check = state(story, "status", status_of=[own, (CUSTOMS, digest("other"))])
        assert check.outcome == "fails"
        assert f"version {digest('other')} of {CUSTOMS}" in check.found

    def test_a_statement_about_no_version_has_no_status(self) -> None:
        chain = Chain()
        action, said = anchor(chain, "request.made/1", {"line": 1, "version": 3}, by=CUSTOMS)
        assert verify(chain, chain.receipt(action, said)).check("status").outcome == "not shown"

    def test_a_statement_about_another_s_document_names_its_issuer(self) -> None:
        """Customs received the producer's version: what counts is that the producer did not end it."""
        chain = Chain()
        body: dict[str, Json] = {"commitment": digest("v1"), "document": digest("v1"), "issuer": PRODUCER}
        action, said = anchor(chain, "document.delivered/1", body, by=CUSTOMS)
        found = verify(chain, chain.receipt(action, said, status_of=[(PRODUCER, digest("v1"))])).check("status")
        assert (found.outcome, found.found) == ("holds", f"not withdrawn by {PRODUCER} as of 2026-02-02T10:00:01Z")
        own = verify(chain, chain.receipt(action, said, status_of=[(CUSTOMS, digest("v1"))])).check("status")
        assert (own.outcome, own.found) == ("not shown", "NOT SHOWN")

    def test_whose_version_a_statement_means_is_not_guessed(self) -> None:
        """Customs accepts a claim of the broker's entry: customs not having ended it proves nothing of the entry."""
        chain = Chain()
        body: dict[str, Json] = {"line": 1, "version": digest("entry"), "commitment": digest("entry")}
        action, said = anchor(chain, "claim.accepted/1", body, by=CUSTOMS)
        check = verify(chain, chain.receipt(action, said, status_of=[(CUSTOMS, digest("entry"))])).check("status")
        assert (check.outcome, check.found) == ("not shown", "NOT SHOWN")

    @pytest.mark.parametrize("commitment", [7, "x", None])
    def test_a_version_that_is_none_has_no_status(self, commitment: Json) -> None:
        chain = Chain()
        action, said = anchor(chain, "document.issued/1", {"commitment": commitment}, by=PRODUCER)
        assert verify(chain, chain.receipt(action, said)).check("status").outcome == "not shown"

    def test_max_age(self) -> None:
        story = tell()
        raw = story.receipt()
        for seconds, outcome in ((28, "fails"), (29, "holds")):
            check = verify(story.chain, raw, max_age=timedelta(seconds=seconds)).check("age")
            assert check.outcome == outcome
            assert check.found == "state of 2026-02-02T10:00:01Z, 29 s old"
        early = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)
        assert verify(story.chain, raw, now=early).check("age").outcome == "not shown"
        assert verify(story.chain, raw, now=early, max_age=timedelta(days=1)).check("age").outcome == "fails"


class TestActions:
    def test_a_withdrawal_is_proved_by_its_own_receipt(self) -> None:
        chain = Chain()
        action = chain.world.sign("document.end/1", {"version": digest("v1"), "successor": digest("v2")}, by=PRODUCER)
        chain.done(action)
        chain.block()
        status_of = [(PRODUCER, digest("v1")), (PRODUCER, digest("v2"))]
        found = verify(chain, chain.receipt(action, status_of=status_of), require=("status",))
        assert found.holds
        assert found.check("status").found == f"withdrawn at height 1, replaced by {digest('v2')}"
        assert f"version {digest('v2')} of {PRODUCER} not withdrawn" in found.check("status").detail
        assert found.check("statement").found == f"document.end/1: successor {digest('v2')}, version {digest('v1')}"

    def test_a_draw_names_no_member_but_its_allowance(self) -> None:
        chain = Chain()
        key = signing_key("drawer")
        opened = chain.world.sign(
            "allowance.open/1",
            {"unit": "pairs", "quantity": "100", "keys": [public(key)], "releaser": CUSTOMS},
            by=CHAMBER,
        )
        chain.done(opened)
        body: dict[str, Json] = {"allowance": parse_action(opened).id, "quantity": "40", "for": digest("use")}
        draw = chain.world.draw(key, "allowance.draw/1", body)
        chain.done(draw)
        chain.block()
        found = verify(chain, chain.receipt(draw))
        assert found.holds
        assert found.check("members").found == "the receipt names no member"
        assert found.check("stated-by").found == f"key {public(key)} of the allowance {parse_action(opened).id}"
        assert found.check("stated-by").detail == f"Opened by {CHAMBER}"
        without = altered(chain.receipt(draw), keys=[])
        assert verify(chain, without).check("stated-by").outcome == "fails"

    def test_a_vote_is_signed_by_a_govern_key(self) -> None:
        chain = Chain()
        chain.set_validator(5, 10, AGENCY)
        chain.block()
        proposal = next(iter(chain.outcomes))
        action = next(raw for raw in chain.actions if parse_action(raw).id == proposal)
        assert (
            verify(chain, chain.receipt(action)).check("stated-by").found.startswith(f"{CUSTOMS} with its key govern-1")
        )


class TestMembersAndKeys:
    def test_members_whom_the_statement_names_are_shown_even_if_they_are_none(self) -> None:
        story = tell(to=IMPORTER)
        check = state(story, "members")
        assert check.outcome == "holds"
        assert check.detail == f"Not a member: {IMPORTER}"

    def test_one_custodian_of_both_parties_is_said(self) -> None:
        story = tell(to=BROKER)
        check = state(story, "custody")
        assert (check.outcome, check.found) == ("not shown", f"{BROKER} keeps the keys of {BROKER}, {PRODUCER}")
        required = verify(story.chain, story.receipt(), require=("custody",))
        assert required.check("custody").outcome == "fails"

    def test_a_key_distrusted_later_from_an_earlier_height_fails(self) -> None:
        story = tell()
        body: dict[str, Json] = {"did": PRODUCER, "distrust": [{"key": "act-1", "height": 1}]}
        story.chain.done(story.chain.world.sign("member.rotate_key/1", body, by=PRODUCER))
        story.chain.block()
        check = state(story, "stated-by")
        assert (check.outcome, check.found) == ("fails", "a key distrusted from height 1")
        assert state(story, "statement").code == "ledger.not-judged"

    @pytest.mark.parametrize(
        ("change", "height", "found"),
        [
            ({"retired_from": 1}, 1, "a key not in force at height 1"),
            ({"valid_from": 2}, 1, "a key not in force at height 1"),
            ({"purpose": "govern"}, 1, "a key for govern, not for act"),
            ({"name": "act-2"}, 1, "no key of that name"),
        ],
    )
    def test_a_key_that_was_not_the_member_s_to_sign_with(
        self, change: dict[str, Any], height: int, found: str
    ) -> None:
        """Said of a record as a machine with other rules could have written it: the verifier judges for itself."""
        story = tell()
        record = story.chain.machine.view.find(f"member/{PRODUCER}", MemberRecord)
        assert record is not None
        keys = tuple(structs.replace(key, **change) if key.name == "act-1" else key for key in record.keys)
        case = judged(story, structs.replace(record, keys=keys))
        with pytest.raises(SignerNotEntitled) as refused:
            check_stated_by(case)
        assert refused.value.got == found

    def test_a_member_that_was_not_active(self) -> None:
        story = tell()
        record = story.chain.machine.view.find(f"member/{PRODUCER}", MemberRecord)
        assert record is not None
        for shown in (None, structs.replace(record, status=(Since(1, "suspended"),))):
            with pytest.raises(SignerNotEntitled, match="an active member at height 1"):
                check_stated_by(judged(story, shown))

    def test_a_key_retired_later_still_signed_then(self) -> None:
        story = tell()
        body: dict[str, Json] = {"did": PRODUCER, "retire": ["act-1", "credential-1"]}
        story.chain.done(story.chain.world.sign("member.rotate_key/1", body, by=PRODUCER))
        story.chain.block()
        assert verify(story.chain, story.receipt()).holds

    def test_a_member_suspended_later_still_stated_it(self) -> None:
        story = tell()
        story.chain.done(story.chain.world.sign("member.suspend/1", {"did": PRODUCER}, by=CUSTOMS))
        story.chain.block()
        assert verify(story.chain, story.receipt()).holds

    def test_a_member_among_the_keys_is_refused(self) -> None:
        story = tell()
        receipt = json.loads(story.receipt())
        one = receipt["members"][0]
        receipt["keys"].append({"key": f"member/{one['did']}", "value": one["record"], "proof": one["proof"]})
        found = verify(story.chain, canonical_bytes(receipt)).check("keys")
        assert (found.outcome, found.code) == ("fails", "ledger.key-not-proved")


class TestStatements:
    def test_a_statement_by_another_member_is_refused(self) -> None:
        story = tell()
        receipt = json.loads(story.receipt())
        receipt["statement"]["by"] = CUSTOMS
        check = verify(story.chain, canonical_bytes(receipt)).check("statement")
        assert (check.outcome, check.code) == ("fails", "ledger.not-in-pool")

    def test_a_pool_anchored_by_another_member_is_refused(self) -> None:
        """Customs anchors the producer's pool: neither the opening nor the statement is customs' own."""
        story = tell()
        copied = story.chain.world.sign("witness/1", parse_action(story.action).body, by=CUSTOMS)
        story.chain.done(copied)
        story.chain.block()
        check = verify(story.chain, story.chain.receipt(copied, story.statement)).check("statement")
        assert check.outcome == "fails"
        assert check.found == PRODUCER

    def test_an_action_that_anchors_nothing_is_refused(self) -> None:
        story = tell()
        end = story.chain.world.sign("document.end/1", {"version": digest("v1")}, by=PRODUCER)
        story.chain.done(end)
        story.chain.block()
        check = verify(story.chain, story.chain.receipt(end, story.statement)).check("statement")
        assert (check.found, check.expected) == ("document.end/1", "witness/1")

    def test_a_refused_action_has_no_place_in_the_log(self) -> None:
        """Included in a block is not accepted: only the log proves that."""
        story = tell()
        receipt = json.loads(story.receipt())
        other = story.chain.world.sign("witness/1", {"pool": digest("never accepted")}, by=PRODUCER)
        receipt["action"] = json.loads(other)
        assert verify(story.chain, canonical_bytes(receipt)).check("log").outcome == "fails"


class TestDocuments:
    def test_none_opened_is_not_shown(self) -> None:
        story = tell()
        found = verify(story.chain, story.receipt(documents=[]))
        assert found.holds
        assert found.check("document").outcome == found.check("credential").outcome == "not shown"

    def test_a_document_that_the_statement_does_not_name_is_refused(self) -> None:
        chain = Chain()
        action, said = anchor(chain, "request.made/1", {"line": 1}, by=PRODUCER)
        document = tell().document
        check = verify(chain, chain.receipt(action, said, documents=[document])).check("document")
        assert (check.outcome, check.found) == ("fails", document.commitment)

    def test_a_document_may_be_named_as_subject_alone(self) -> None:
        """Its id, the commitment of its first version, stands among the subjects of a later statement."""
        chain = Chain()
        document = tell().document
        action, said = anchor(chain, "document.opened/1", {"lines": [1, 2]}, by=PRODUCER, about=[document.commitment])
        found = verify(chain, chain.receipt(action, said, documents=[document]))
        assert found.check("document").outcome == "holds"
        assert found.check("status").outcome == "not shown"

    def test_a_plain_file_is_no_credential(self) -> None:
        story = tell()
        receipt = json.loads(story.receipt())
        receipt["documents"][0]["representations"] = receipt["documents"][0]["representations"][:1]
        found = verify(story.chain, canonical_bytes(receipt))
        assert found.check("document").outcome == "fails"
        assert found.check("credential").outcome == "not shown"

    def test_a_credential_by_a_key_that_is_not_the_issuers_is_refused(self) -> None:
        """The producer's credential key is distrusted from before the statement: its signature proves nothing."""
        story = tell()
        body: dict[str, Json] = {"did": PRODUCER, "distrust": [{"key": "credential-1", "height": 1}]}
        story.chain.done(story.chain.world.sign("member.rotate_key/1", body, by=PRODUCER))
        story.chain.block()
        found = verify(story.chain, story.receipt())
        assert found.check("document").outcome == "holds"
        assert (found.check("credential").outcome, found.check("credential").code) == (
            "fails",
            "ledger.credential-invalid",
        )


class TestHeaders:
    def test_acceptance_is_the_time_of_the_next_header_also_when_the_proof_is_later(self) -> None:
        story = tell()
        for _ in range(3):
            story.chain.block()
        found = verify(story.chain, story.receipt())
        assert found.check("time").found == "2026-02-02T10:00:01Z"
        assert found.check("state").found.startswith("the state after height 4")

    @pytest.mark.parametrize("name", ["accepted", "proven"])
    def test_another_header_in_its_place_is_refused(self, name: str) -> None:
        story = tell()
        story.chain.block()
        other = tell()
        other.chain.block()
        other.chain.done(other.chain.world.witness(CUSTOMS))
        other.chain.block()
        receipt = json.loads(story.receipt())
        receipt[name] = json.loads(other.receipt())["proven"]
        assert not verify(story.chain, canonical_bytes(receipt)).holds

    def test_a_state_before_the_acceptance_is_refused(self) -> None:
        story = tell()
        story.chain.block()
        story.chain.block()
        receipt = json.loads(story.receipt())
        receipt["proven"], receipt["accepted"] = receipt["accepted"], receipt["proven"]
        assert verify(story.chain, canonical_bytes(receipt)).check("signed").outcome == "fails"

    def test_a_time_that_goes_backwards_is_refused(self) -> None:
        story = tell()
        story.chain.block()
        earlier = story.chain.forge(3, time=Time(story.chain.signed[2].header.time.seconds, 0))
        later = story.chain.forge(2, time=Time(story.chain.signed[2].header.time.seconds + 9, 0))
        assert verify(story.chain, altered(story.receipt(), proven=earlier)).check("signed").outcome == "holds"
        check = verify(story.chain, altered(story.receipt(), accepted=later, proven=earlier)).check("signed")
        assert (check.outcome, check.code) == ("fails", "ledger.headers-disagree")

    def test_two_final_headers_of_one_height_are_named(self) -> None:
        """A validator signed two blocks of one height: each header is final, together they are a contradiction."""
        story = tell()
        twin = story.chain.forge(2, time=Time(story.chain.signed[2].header.time.seconds, 1))
        check = verify(story.chain, altered(story.receipt(), accepted=twin)).check("signed")
        assert (check.outcome, check.code) == ("fails", "ledger.headers-disagree")
        assert "two headers of height 2" in check.detail

    def test_a_final_header_of_another_network_is_refused(self) -> None:
        story = tell()
        foreign = story.chain.forge(2, chain_id="transire-other")
        check = verify(story.chain, altered(story.receipt(), accepted=foreign)).check("signed")
        assert (check.found, check.expected) == ("transire-other", story.chain.genesis.network)


class TestCache:
    def test_a_header_is_verified_once_for_many_receipts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        story = tell()
        cache = VerifyCache()
        assert verify(story.chain, story.receipt(), cache=cache).holds
        monkeypatch.setattr("transire.ledger.proof.headers.verify_commit", None)  # calling it again would fail
        assert verify(story.chain, story.receipt(), cache=cache).holds
        assert verify(story.chain, story.chain.receipt(story.action), cache=cache).holds

    def test_an_action_and_a_row_are_verified_once_for_many_receipts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        story = tell()
        cache = VerifyCache()
        assert verify(story.chain, story.receipt(), cache=cache).holds
        for once in ("acts.verify_action", "acts.parse_action", "state.verify_presence", "state.verify_absence"):
            monkeypatch.setattr(f"transire.ledger.proof.{once}", None)  # calling it again would fail
        assert verify(story.chain, story.receipt(documents=[]), cache=cache).holds

    def test_a_refusal_is_not_kept(self) -> None:
        story = tell()
        cache = VerifyCache()
        receipt = json.loads(story.receipt())
        receipt["action"]["signature"] = "A" * 86
        for _ in range(2):
            assert not verify(story.chain, canonical_bytes(receipt), cache=cache).check("log").passed
        assert verify(story.chain, story.receipt(), cache=cache).holds

    def test_it_holds_a_bounded_number(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(VerifyCache, "REMEMBERED", 1)
        story, other = tell(), tell((CHAMBER,))
        cache = VerifyCache()
        for one in (story, other, story):
            assert verify(one.chain, one.receipt(), cache=cache).holds
            assert len(cache) == 1

    def test_a_receipt_of_other_formatting_finds_what_was_verified(self, monkeypatch: pytest.MonkeyPatch) -> None:
        story = tell()
        cache = VerifyCache()
        assert verify(story.chain, story.receipt(), cache=cache).holds
        for once in ("headers.verify_commit", "acts.verify_action", "state.verify_presence"):
            monkeypatch.setattr(f"transire.ledger.proof.{once}", None)  # calling it again would fail
        assert verify(story.chain, json.dumps(json.loads(story.receipt()), indent=2).encode(), cache=cache).holds

    def test_parts_that_are_only_well_formed_fill_a_bounded_number_of_bytes(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(VerifyCache, "REMEMBERED_BYTES", 40_000)
        cache = VerifyCache()
        receipt = json.loads(tell().receipt())
        for number in range(20):
            receipt["action"]["body"] = {"number": number, "text": "x" * 10_000}
            read_receipt(canonical_bytes(receipt), cache)
            assert 10_000 < cache._bytes <= 40_000
        before = len(cache)
        receipt["action"]["body"] = {"text": "x" * 50_000}
        read_receipt(canonical_bytes(receipt), cache)
        assert len(cache) == before, "a part of its own size would have everything else forgotten"


class TestForm:
    @pytest.mark.parametrize(
        "raw", [b"", b"{}", b"[]", b"1", b"null", b"\xff", b'{"receipt":"statement/2"}', b'{"receipt":{}}']
    )
    def test_another_file_is_not_a_receipt(self, raw: bytes) -> None:
        with pytest.raises(NotAReceipt) as refused:
            verify(tell().chain, raw)
        assert "not a receipt" in str(refused.value)

    def test_a_receipt_with_a_field_missing_fails_in_its_form_alone(self) -> None:
        story = tell()
        receipt = json.loads(story.receipt())
        del receipt["map"]
        found = verify(story.chain, canonical_bytes(receipt))
        assert [check.name for check in found.checks] == ["form"]
        assert (found.checks[0].outcome, found.checks[0].found) == ("fails", "Object missing required field `map`")

    def test_checks_that_rest_on_a_failed_one_are_not_judged(self) -> None:
        story = tell()
        receipt = json.loads(story.receipt())
        receipt["proven"]["commit"]["signatures"][0]["signature"] = "A" * 86
        found = verify(story.chain, canonical_bytes(receipt))
        assert found.check("signed").code == "ledger.commit-signature-invalid"
        assert found.check("state").code == "ledger.not-judged"
        assert found.check("state").expected == "that the check “signed” holds"
        assert found.check("network").outcome == "holds"

    def test_a_receipt_that_nobody_could_read_is_not_built(self) -> None:
        story = tell()
        with pytest.raises(ProofRefused):
            story.receipt(checkpoint="x" * 20_000)

    def test_one_larger_than_any_reader_takes_is_not_built(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("transire.ledger.receipt.MAX_RECEIPT_BYTES", 4000)
        with pytest.raises(ReceiptIncomplete, match="open fewer documents"):
            tell().receipt()
