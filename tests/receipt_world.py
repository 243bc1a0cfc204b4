"""A whole network in memory, from the machine to signed headers, that can give the evidence of any receipt.

It is the smallest engine there can be: blocks when it is told to, validators that sign when they are told to. All keys
and times are fixed, so the same calls give the same bytes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from msgspec import structs

from ledger_world import (
    AGENCY,
    BROKER,
    CHAMBER,
    CUSTOMS,
    GOVERNORS,
    PRODUCER,
    REGISTRARS,
    ROLES,
    World,
    keys_of,
    public,
    signing_key,
)
from transire.credentials.concealed import CONCEALED, conceal_credential
from transire.credentials.issue import issue_credential
from transire.crypto.canonical import Json, canonical_bytes
from transire.crypto.encoding import b64url
from transire.crypto.keys import SigningKey
from transire.documents.catalogue import MEDIA_TYPE
from transire.documents.commitment import commitment_of
from transire.ledger import chain
from transire.ledger.action import parse_action
from transire.ledger.block import DecidedBlock, Evidence, Result, SignedHeader, log_leaf_data
from transire.ledger.chain import Block, BlockID, Commit, CommitSig, Header, PartSetHeader, Time, Validator
from transire.ledger.chain_json import commit_json, header_json
from transire.ledger.genesis import Genesis
from transire.ledger.machine import Machine
from transire.ledger.possession import enter_key, prove_validator
from transire.ledger.receipt import OpenedDocument, StatementEvidence, build_receipt, receipt_bytes, receipt_keys
from transire.ledger.rules import member_key
from transire.ledger.statement import Pool, make_statement, statement_bytes
from transire.ledger.tables import log_path, prove_state

START = "2026-02-02T10:00:00Z"
OPERATORS = (CUSTOMS, CHAMBER, AGENCY, BROKER)
ISSUED_AT = datetime(2026, 2, 2, 9, 0, tzinfo=UTC)


def member(did: str, roles: Sequence[str]) -> dict[str, Json]:
    """A member as it is enrolled; the broker keeps the producer's keys, everybody else their own."""
    keys = keys_of(did, ("govern", "recover"))
    for purpose in ("act", "credential"):
        custodian = BROKER if did == PRODUCER else None
        keys.append(
            enter_key(
                did,
                name=f"{purpose}-1",
                purpose=purpose,
                key=signing_key(f"{did} {purpose}-1"),
                custodian=custodian,
                countersigner=None if custodian is None else ("act-1", signing_key(f"{custodian} act-1")),
            )
        )
    name = did.removeprefix("did:web:").removesuffix(".example").title()
    return {"did": did, "name": name, "roles": list(roles), "keys": list(keys)}


def network(operators: Sequence[str] = (CUSTOMS,), **parameters: int) -> Genesis:
    """A genesis whose validators are operated by these members, one each."""
    return Genesis.of(
        "transire-test",
        time=START,
        governors=GOVERNORS,
        registrars=REGISTRARS,
        validators=[
            {
                "operator": operator,
                "possession": prove_validator(operator, validator_key(place)),
                "power": 10,
                "public": public(validator_key(place)),
            }
            for place, operator in enumerate(operators)
        ],
        members=[member(did, roles) for did, roles in ROLES.items()],
        parameters=parameters,
    )


def validator_key(place: int) -> SigningKey:
    return signing_key(f"validator {place}")


@dataclass
class Chain:
    """A machine and the chain of signed headers over its blocks."""

    genesis: Genesis = field(default_factory=network)
    signed: dict[int, SignedHeader] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.world = World(genesis=self.genesis, time=self.genesis.start.seconds)
        first = self.genesis.validator_set
        self.sets: dict[int, tuple[Validator, ...]] = {1: first, 2: first}
        self.keys = {validator_key(place).public: validator_key(place) for place in range(16)}
        self.last_block_id = chain.NO_BLOCK
        self.results: tuple[Result, ...] = ()
        self.roots = {0: self.machine.roots}
        self.outcomes: dict[str, tuple[int, int, Result]] = {}
        self.actions: list[bytes] = []

    @property
    def trust_root(self) -> bytes:
        """network.json."""
        return canonical_bytes(self.genesis.trust_root())

    @property
    def machine(self) -> Machine:
        return self.world.machine

    def block(self, *actions: bytes, absent: Collection[int] = (), for_nil: Collection[int] = ()) -> tuple[Result, ...]:
        """Make, apply and sign the next block; validators (by their place) may be absent or vote for nil."""
        header, last_commit = self._header(actions)
        results = self.machine.apply(DecidedBlock(height=header.height, time=header.time, actions=tuple(actions)))
        self._follow_updates(header.height, self.machine.validator_updates)
        self.machine.commit()
        self.world.time = header.time.seconds
        self.last_block_id = chain.block_id(Block(header, tuple(actions), last_commit))
        validators = self.sets[header.height]
        commit = self._sign(header, absent, for_nil)
        self.signed[header.height] = SignedHeader(header=header, commit=commit, validators=validators)
        self.results = results
        self.actions += actions
        self.roots[header.height] = self.machine.roots
        self.outcomes |= {result.action_id: (header.height, index, result) for index, result in enumerate(results)}
        return results

    def done(self, *actions: bytes) -> tuple[Result, ...]:
        results = self.block(*actions)
        assert [result.code for result in results] == [""] * len(actions)
        return results

    def evidence(self, action: bytes, keys: Sequence[str] = ()) -> Evidence:
        """The evidence of an accepted action under the newest header."""
        parsed = parse_action(action)
        top = self.machine.height
        store = self.world.store
        height, index, result = self.outcomes[parsed.id]
        roots = self.roots[top - 1]
        assert result.log_index is not None
        by = member_key(parsed.by)
        members = () if parsed.by.startswith("key:") else (prove_state(store, by, top - 1),)
        return Evidence(
            network=self.genesis.network,
            action=action,
            action_id=parsed.id,
            height=height,
            index=index,
            events=result.events,
            leaf_data=log_leaf_data(parsed.id, height=height, index=index, events=result.events),
            log_index=result.log_index,
            log_path=tuple(log_path(store, result.log_index, roots.log_size)),
            roots=roots,
            accepted=self.signed[height + 1],
            proven=self.signed[top],
            members=members,
            keys=tuple(prove_state(store, key, top - 1) for key in keys),
            validator_changes=self.changes,
        )

    def forge(self, height: int, validators: Sequence[Validator] | None = None, **changes: Any) -> dict[str, Json]:
        """A header other than the genuine one of that height, with a commit by these validators (its own ones)."""
        genuine = self.signed[height]
        signers = genuine.validators if validators is None else tuple(validators)
        header = structs.replace(genuine.header, validators_hash=chain.validators_hash(signers), **changes)
        block_id = BlockID(chain.header_hash(header), PartSetHeader(1, bytes(32)))
        time = Time(header.time.seconds + 1, 0)
        message = chain.vote_sign_bytes(header.chain_id, height=height, round=0, block_id=block_id, time=time)
        signatures = tuple(
            CommitSig(chain.FOR_BLOCK, one.address, time, self.keys[one.public_key].sign(message)) for one in signers
        )
        commit = Commit(height, 0, block_id, signatures)
        return {"header": header_json(header), "commit": commit_json(commit)}

    @property
    def changes(self) -> tuple[SignedHeader, ...]:
        """Every header that announces other validators than its own."""
        return tuple(
            one for one in self.signed.values() if one.header.next_validators_hash != one.header.validators_hash
        )

    def receipt(
        self,
        action: bytes,
        statement: StatementEvidence | None = None,
        *,
        status_of: Sequence[tuple[str, str]] = (),
        documents: Sequence[OpenedDocument] = (),
        validators: Sequence[Validator] = (),
        checkpoint: str = "",
    ) -> bytes:
        """The receipt of an action, or of a statement that it anchored."""
        raw = None if statement is None else statement.raw
        keys = receipt_keys(action, statement=raw, status_of=status_of, documents=documents, validators=validators)
        evidence = self.evidence(action, keys)
        return receipt_bytes(build_receipt(evidence, statement=statement, documents=documents, checkpoint=checkpoint))

    def vote(self, change: dict[str, Json]) -> None:
        """Let all governors make a change."""
        proposal = self.world.sign("govern.propose/1", {"change": change}, by=GOVERNORS[0])
        self.done(proposal)
        body: dict[str, Json] = {"proposal": parse_action(proposal).id}
        self.done(*(self.world.sign("govern.approve/1", body, by=governor) for governor in GOVERNORS[1:]))

    def set_validator(self, place: int, power: int, operator: str) -> None:
        """Vote a validator in, out, or to another power."""
        key = validator_key(place)
        self.vote(
            {
                "type": "validator",
                "public": public(key),
                "power": power,
                "operator": operator,
                "possession": prove_validator(operator, key),
            }
        )

    def _header(self, actions: Sequence[bytes]) -> tuple[Header, Commit]:
        height = self.machine.height + 1
        before = self.signed.get(height - 1)
        last_commit = chain.NO_COMMIT if before is None else before.commit
        time = self.genesis.start if before is None else chain.median_time(last_commit, before.validators)
        header = Header(
            chain_id=self.genesis.network,
            height=height,
            time=time,
            last_block_id=self.last_block_id,
            last_commit_hash=chain.commit_hash(last_commit),
            data_hash=chain.txs_hash(actions),
            validators_hash=chain.validators_hash(self.sets[height]),
            next_validators_hash=chain.validators_hash(self.sets[height + 1]),
            consensus_hash=self.genesis.consensus_hash,
            app_hash=self.machine.root,
            last_results_hash=chain.results_hash([result.tx_result for result in self.results]),
            evidence_hash=chain.EMPTY_HASH,
            proposer_address=self.sets[height][0].address,
        )
        return header, last_commit

    def _follow_updates(self, height: int, updates: Sequence[Any]) -> None:
        powers = {one.public_key: one.power for one in self.sets[height + 1]}
        powers |= {update.public_key: update.power for update in updates}
        self.sets[height + 2] = chain.sort_validators(Validator(key, power) for key, power in powers.items() if power)

    def _sign(self, header: Header, absent: Collection[int], for_nil: Collection[int]) -> Commit:
        signatures = []
        for place, validator in enumerate(self.sets[header.height]):
            if place in absent:
                signatures.append(chain.ABSENT_SIG)
                continue
            voted_for = chain.NO_BLOCK if place in for_nil else self.last_block_id
            time = Time(header.time.seconds + 1, 1000 * place)
            message = chain.vote_sign_bytes(
                header.chain_id, height=header.height, round=0, block_id=voted_for, time=time
            )
            flag = chain.FOR_NIL if place in for_nil else chain.FOR_BLOCK
            signature = self.keys[validator.public_key].sign(message)
            signatures.append(CommitSig(flag, validator.address, time, signature))
        return Commit(header.height, 0, self.last_block_id, tuple(signatures))


@dataclass
class Story:
    """A producer issues a document to its importer among other statements, on a given network, and the proofs of it."""

    chain: Chain
    action: bytes
    statement: StatementEvidence
    document: OpenedDocument

    def receipt(self, **more: Any) -> bytes:
        """The whole receipt: status, document and credential shown."""
        options = {"status_of": [(PRODUCER, self.document.commitment)], "documents": [self.document], **more}
        return self.chain.receipt(self.action, self.statement, **options)


def tell(
    operators: Sequence[str] = (CUSTOMS,),
    *,
    to: str = CUSTOMS,
    pool: int = 5,
    document: OpenedDocument | None = None,
) -> Story:
    """Anchor a pool with the statement that a document was issued, and one block more for the proof."""
    story = Chain(network(operators))
    document = document or credential_document()
    said = make_statement(
        "document.issued/1",
        {"commitment": document.commitment, "schema": "note/1", "to": to},
        about=[document.commitment],
        by=PRODUCER,
        actor="person-1",
        salt=bytes(range(32)),
    )
    others = [
        make_statement("document.opened/1", {}, about=[], by=PRODUCER, actor="x", salt=place.to_bytes(32, "big"))
        for place in range(pool - 1)
    ]
    statements = [*others[:2], said, *others[2:]]
    pooled = Pool.build(story.genesis.network, PRODUCER, statements, salt=b"\x07" * 32)
    action = story.world.sign("witness/1", pooled.body(), by=PRODUCER)
    story.done(story.world.witness(CUSTOMS), action)
    story.block()
    place, path = statements.index(said), tuple(pooled.path(statements.index(said)))
    evidence = StatementEvidence(raw=statement_bytes(said), index=place, path=path, opening=pooled.opening())
    return Story(story, action, evidence, document)


def concealed_document() -> OpenedDocument:
    """A credential by the producer and the token from which its parts are shown, under a fixed salt."""
    subject: dict[str, Json] = {
        "name": "Avocados, fresh",
        "description": "Known to few",
        "goods": [{"name": "A", "quantity": "40"}, {"name": "B", "quantity": "55"}],
    }
    key, salt = signing_key(f"{PRODUCER} credential-1"), b"\x06" * 32
    credential = issue_credential(
        subject,
        types=[],
        issuer_did=PRODUCER,
        key=key,
        valid_from=ISSUED_AT,
        created=ISSUED_AT,
        id="urn:uuid:00000000-0000-4000-8000-000000000002",
    )
    token = conceal_credential(credential, salt=salt, key=key)
    assert token is not None
    representations = {MEDIA_TYPE: canonical_bytes(credential), CONCEALED: token}
    commitment = b64url(commitment_of(representations, salt))
    return OpenedDocument(commitment=commitment, salt=salt, representations=representations)


def credential_document(number: int = 1) -> OpenedDocument:
    """A credential by the producer in two representations, under a fixed salt; another one for each number."""
    credential = issue_credential(
        {"name": "Avocados, fresh"},
        types=[],
        issuer_did=PRODUCER,
        key=signing_key(f"{PRODUCER} credential-1"),
        valid_from=ISSUED_AT,
        created=ISSUED_AT,
        id=f"urn:uuid:00000000-0000-4000-8000-{number:012}",
    )
    representations = {MEDIA_TYPE: canonical_bytes(credential), "application/pdf": b"%PDF-1.7 rendering"}
    salt = b"\x05" * 32
    commitment = b64url(commitment_of(representations, salt))
    return OpenedDocument(commitment=commitment, salt=salt, representations=representations)
