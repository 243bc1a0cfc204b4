"""The messages of ABCI 2.0 as protobuf classes, made at run time from one table.

The field numbers are those of CometBFT's specification (`spec/abci`, v0.38; the same on the wire up to v0.40). A table
instead of generated files: it is read in one sitting, and the classes run on protobuf's own C decoder all the same.
Enumerations are plain numbers here, as they are on the wire; their names stand in `transire.engines.cometbft.app`.

What is not here: the calls of vote extensions (kept off), and of the application's own mempool (v0.39, experimental).
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PACKAGE: Final = "transire.abci"

TABLE: Final = """
Timestamp            seconds int64 1, nanos int32 2
Duration             seconds int64 1, nanos int32 2
PublicKey            ed25519 bytes 1
ProofOp              type string 1, key bytes 2, data bytes 3
ProofOps             ops *ProofOp 1
BlockParams          max_bytes int64 1, max_gas int64 2
EvidenceParams       max_age_num_blocks int64 1, max_age_duration Duration 2, max_bytes int64 3
ValidatorParams      pub_key_types *string 1
VersionParams        app uint64 1
ABCIParams           vote_extensions_enable_height int64 1
ConsensusParams      block BlockParams 1, evidence EvidenceParams 2, validator ValidatorParams 3, \
version VersionParams 4, abci ABCIParams 5
Validator            address bytes 1, power int64 3
ValidatorUpdate      pub_key PublicKey 1, power int64 2
VoteInfo             validator Validator 1, block_id_flag int32 3
CommitInfo           round int32 1, votes *VoteInfo 2
ExtendedVoteInfo     validator Validator 1, vote_extension bytes 3, extension_signature bytes 4, block_id_flag int32 5
ExtendedCommitInfo   round int32 1, votes *ExtendedVoteInfo 2
Misbehavior          type int32 1, validator Validator 2, height int64 3, time Timestamp 4, total_voting_power int64 5
Snapshot             height uint64 1, format uint32 2, chunks uint32 3, hash bytes 4, metadata bytes 5
EventAttribute       key string 1, value string 2, index bool 3
Event                type string 1, attributes *EventAttribute 2
ExecTxResult         code uint32 1, data bytes 2, log string 3, info string 4, gas_wanted int64 5, gas_used int64 6, \
events *Event 7, codespace string 8

RequestEcho                message string 1
RequestFlush
RequestInfo                version string 1, block_version uint64 2, p2p_version uint64 3, abci_version string 4
RequestInitChain           time Timestamp 1, chain_id string 2, consensus_params ConsensusParams 3, \
validators *ValidatorUpdate 4, app_state_bytes bytes 5, initial_height int64 6
RequestQuery               data bytes 1, path string 2, height int64 3, prove bool 4
RequestCheckTx             tx bytes 1, type int32 2
RequestCommit
RequestListSnapshots
RequestOfferSnapshot       snapshot Snapshot 1, app_hash bytes 2
RequestLoadSnapshotChunk   height uint64 1, format uint32 2, chunk uint32 3
RequestApplySnapshotChunk  index uint32 1, chunk bytes 2, sender string 3
RequestPrepareProposal     max_tx_bytes int64 1, txs *bytes 2, local_last_commit ExtendedCommitInfo 3, \
misbehavior *Misbehavior 4, height int64 5, time Timestamp 6, next_validators_hash bytes 7, proposer_address bytes 8
RequestProcessProposal     txs *bytes 1, proposed_last_commit CommitInfo 2, misbehavior *Misbehavior 3, hash bytes 4, \
height int64 5, time Timestamp 6, next_validators_hash bytes 7, proposer_address bytes 8
RequestFinalizeBlock       txs *bytes 1, decided_last_commit CommitInfo 2, misbehavior *Misbehavior 3, hash bytes 4, \
height int64 5, time Timestamp 6, next_validators_hash bytes 7, proposer_address bytes 8
Request                    echo ?RequestEcho 1, flush ?RequestFlush 2, info ?RequestInfo 3, \
init_chain ?RequestInitChain 5, query ?RequestQuery 6, check_tx ?RequestCheckTx 8, commit ?RequestCommit 11, \
list_snapshots ?RequestListSnapshots 12, offer_snapshot ?RequestOfferSnapshot 13, \
load_snapshot_chunk ?RequestLoadSnapshotChunk 14, apply_snapshot_chunk ?RequestApplySnapshotChunk 15, \
prepare_proposal ?RequestPrepareProposal 16, process_proposal ?RequestProcessProposal 17, \
finalize_block ?RequestFinalizeBlock 20

ResponseException          error string 1
ResponseEcho               message string 1
ResponseFlush
ResponseInfo               data string 1, version string 2, app_version uint64 3, last_block_height int64 4, \
last_block_app_hash bytes 5
ResponseInitChain          consensus_params ConsensusParams 1, validators *ValidatorUpdate 2, app_hash bytes 3
ResponseQuery              code uint32 1, log string 3, info string 4, index int64 5, key bytes 6, value bytes 7, \
proof_ops ProofOps 8, height int64 9, codespace string 10
ResponseCheckTx            code uint32 1, data bytes 2, log string 3, info string 4, gas_wanted int64 5, \
gas_used int64 6, events *Event 7, codespace string 8
ResponseCommit             retain_height int64 3
ResponseListSnapshots      snapshots *Snapshot 1
ResponseOfferSnapshot      result int32 1
ResponseLoadSnapshotChunk  chunk bytes 1
ResponseApplySnapshotChunk result int32 1, refetch_chunks *uint32 2, reject_senders *string 3
ResponsePrepareProposal    txs *bytes 1
ResponseProcessProposal    status int32 1
ResponseFinalizeBlock      events *Event 1, tx_results *ExecTxResult 2, validator_updates *ValidatorUpdate 3, \
consensus_param_updates ConsensusParams 4, app_hash bytes 5
Response                   exception ?ResponseException 1, echo ?ResponseEcho 2, flush ?ResponseFlush 3, \
info ?ResponseInfo 4, init_chain ?ResponseInitChain 6, query ?ResponseQuery 7, check_tx ?ResponseCheckTx 9, \
commit ?ResponseCommit 12, list_snapshots ?ResponseListSnapshots 13, offer_snapshot ?ResponseOfferSnapshot 14, \
load_snapshot_chunk ?ResponseLoadSnapshotChunk 15, apply_snapshot_chunk ?ResponseApplySnapshotChunk 16, \
prepare_proposal ?ResponsePrepareProposal 17, process_proposal ?ResponseProcessProposal 18, \
finalize_block ?ResponseFinalizeBlock 21
"""
"""A line a message: its name, then its fields, each with type and number. `*` repeats, `?` is one of the message's."""

_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS: Final = {
    "bool": _Field.TYPE_BOOL,
    "bytes": _Field.TYPE_BYTES,
    "int32": _Field.TYPE_INT32,
    "int64": _Field.TYPE_INT64,
    "string": _Field.TYPE_STRING,
    "uint32": _Field.TYPE_UINT32,
    "uint64": _Field.TYPE_UINT64,
}


@cache
def message(name: str) -> Any:
    """The class of a message of the table; its attributes are the fields.

    >>> request = message("Request").FromString(message("Request")(check_tx={"tx": b"action"}).SerializeToString())
    >>> request.WhichOneof("value"), request.check_tx.tx
    ('check_tx', b'action')
    """
    return message_factory.GetMessageClass(_pool().FindMessageTypeByName(f"{PACKAGE}.{name}"))


@cache
def _pool() -> descriptor_pool.DescriptorPool:
    file = descriptor_pb2.FileDescriptorProto(name="transire/abci.proto", package=PACKAGE, syntax="proto3")
    for line in filter(None, TABLE.splitlines()):
        name, _, fields = line.partition(" ")
        _describe(file.message_type.add(name=name), fields)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return pool


def _describe(described: descriptor_pb2.DescriptorProto, fields: str) -> None:
    for text in filter(None, fields.split(",")):
        name, kind, number = text.split()
        field = described.field.add(name=name, number=int(number), label=_Field.LABEL_OPTIONAL)
        if kind.startswith("*"):
            field.label = _Field.LABEL_REPEATED
        if kind.startswith("?"):
            if not described.oneof_decl:
                described.oneof_decl.add(name="value")
            field.oneof_index = 0
        kind = kind.lstrip("*?")
        if kind in _SCALARS:
            field.type = _SCALARS[kind]
        else:
            field.type, field.type_name = _Field.TYPE_MESSAGE, f".{PACKAGE}.{kind}"
