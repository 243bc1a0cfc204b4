// Headers, commits and validator sets as CometBFT writes, hashes and signs them (spec/chain.md).

import { compareBytes, concat, hex, same, sha256, unb64url, utf8 } from "./bytes.js";
import { verifyZip215 } from "./ed25519.js";
import { Refused, sideBySide } from "./errors.js";
import { rootOfItems } from "./merkle.js";
import { listed, tell } from "./words.js";

const BLOCK_PROTOCOL = 11;
const PRECOMMIT = 2;
const ABSENT = 1;
const FOR_BLOCK = 2;
const NO_SECONDS = -62135596800;
const MAX_CHAIN_ID = 50;
const MAX_TOTAL_POWER = (2n ** 63n - 1n) / 8n;
const HASHES = [
  "last_commit_hash",
  "data_hash",
  "validators_hash",
  "next_validators_hash",
  "consensus_hash",
  "app_hash",
  "last_results_hash",
  "evidence_hash",
];

function varint(value) {
  let rest = BigInt.asUintN(64, BigInt(value));
  const octets = [];
  while (rest >= 128n) {
    octets.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  octets.push(Number(rest));
  return Uint8Array.from(octets);
}

const numberField = (field, value) => (value === 0 ? new Uint8Array(0) : concat([field << 3], varint(value)));
const message = (field, data) => concat([(field << 3) | 2], varint(data.length), data);
const bytesField = (field, data) => (data.length === 0 ? new Uint8Array(0) : message(field, data));

function fixed64(field, value) {
  if (value === 0) {
    return new Uint8Array(0);
  }
  const data = new Uint8Array(9);
  data[0] = (field << 3) | 1;
  new DataView(data.buffer).setBigInt64(1, BigInt(value), true);
  return data;
}

const timeBytes = (time) => concat(numberField(1, time.seconds), numberField(2, time.nanos));

function blockIdBytes(block) {
  const parts = concat(numberField(1, block.parts.total), bytesField(2, unb64url(block.parts.hash)));
  return concat(bytesField(1, unb64url(block.hash)), message(2, parts));
}

export function headerHash(header) {
  return rootOfItems([
    concat(numberField(1, header.version.block), numberField(2, header.version.app)),
    bytesField(1, utf8(header.chain_id)),
    numberField(1, header.height),
    timeBytes(header.time),
    blockIdBytes(header.last_block_id),
    ...[...HASHES, "proposer_address"].map((name) => bytesField(1, unb64url(header[name]))),
  ]);
}

/** What a validator signs to precommit a block, or no block (`null`). */
export function voteBytes(chainId, { height, round, block, time }) {
  const body = concat(
    numberField(1, PRECOMMIT),
    fixed64(2, height),
    fixed64(3, round),
    block === null ? new Uint8Array(0) : message(4, blockIdBytes(block)),
    message(5, timeBytes(time)),
    bytesField(6, utf8(chainId)),
  );
  return concat(varint(body.length), body);
}

/** A validator with its key as bytes and its address, ready to be sorted and to be compared with votes. */
export async function makeValidator(publicText, power) {
  const key = unb64url(publicText, 32);
  return { key, power, address: (await sha256(key)).slice(0, 20) };
}

/** More power first, then by address. */
export function byPower(left, right) {
  return right.power - left.power || compareBytes(left.address, right.address);
}

export function validatorsHash(validators) {
  return rootOfItems(
    validators.map((one) => concat(message(1, bytesField(1, one.key)), numberField(2, one.power))),
  );
}

export const powerOf = (validators) => validators.reduce((sum, one) => sum + BigInt(one.power), 0n);

/** Refuse a set that is empty, doubled, without power, or not in the order in which it signs. */
export function requireSet(validators) {
  const refuse = (got, expected) => {
    throw new Refused("ledger.validator-set-malformed", { got, expected });
  };
  if (validators.length === 0) {
    refuse(tell("no validator"), tell("at least one"));
  }
  if (new Set(validators.map((one) => hex(one.key))).size !== validators.length) {
    refuse(tell("a validator named twice"), tell("each validator once"));
  }
  if (validators.some((one, place) => place > 0 && byPower(validators[place - 1], one) > 0)) {
    refuse(tell("another order"), tell("more power first, then by address"));
  }
  if (powerOf(validators) > MAX_TOTAL_POWER) {
    refuse(tell("power {power}", { power: powerOf(validators) }), tell("at most {power}", { power: MAX_TOTAL_POWER }));
  }
}

/** Refuse unless these validators, in their set's order, made the header final. Says who signed, and how much power. */
export async function verifyCommit({ header, commit }, validators) {
  requireHeader(header, await sha256());
  requireSet(validators);
  const expected = await validatorsHash(validators);
  if (!same(unb64url(header.validators_hash), expected)) {
    throw new Refused("ledger.validator-set-unknown", {
      got: hex(unb64url(header.validators_hash)),
      expected: hex(expected),
    });
  }
  const hash = await requireNames(header, commit);
  const signed = await verifyVotes(header.chain_id, commit, validators);
  const power = powerOf(signed);
  const total = powerOf(validators);
  if (power * 3n <= total * 2n) {
    throw new Refused("ledger.commit-too-weak", {
      got: tell("{power} of {total}", { power, total }),
      expected: tell("more than two thirds of {total}", { total }),
    });
  }
  return { header, hash, validators, signed, power, total };
}

function requireHeader(header, emptyHash) {
  const require = (holds, where, expected) => {
    if (!holds) {
      throw new Refused("ledger.header-malformed", { where, expected });
    }
  };
  require(header.version.block === BLOCK_PROTOCOL, "version", tell("{count}", { count: BLOCK_PROTOCOL }));
  require(utf8(header.chain_id).length <= MAX_CHAIN_ID, "chain_id", tell("at most {count} bytes", { count: MAX_CHAIN_ID }));
  const first = header.height === 1 || same(unb64url(header.last_commit_hash), emptyHash);
  const follows = isBlock(header.last_block_id) || (first && isNoBlock(header.last_block_id));
  require(follows, "last_block_id", tell("a block id"));
}

const isBlock = ({ hash, parts }) => hash !== "" && parts.hash !== "" && parts.total > 0;
const isNoBlock = ({ hash, parts }) => hash === "" && parts.hash === "" && parts.total === 0;

/** The commit must name this height and this header; the hash of its parts is bound by the votes alone. */
async function requireNames(header, commit) {
  const hash = await headerHash(header);
  const refuse = (got, expected) => {
    throw new Refused("ledger.commit-for-another-block", { got, expected });
  };
  if (commit.height !== header.height) {
    refuse(tell("height {height}", { height: commit.height }), tell("height {height}", { height: header.height }));
  }
  if (!same(unb64url(commit.block_id.hash), hash)) {
    refuse(hex(unb64url(commit.block_id.hash)), hex(hash));
  }
  if (!isBlock(commit.block_id)) {
    throw new Refused("ledger.commit-malformed", { expected: tell("a part set of at least one part") });
  }
  return hash;
}

/** Those who voted for the block. A nil vote is checked like any other, and does not count. */
async function verifyVotes(chainId, commit, validators) {
  if (commit.signatures.length !== validators.length) {
    throw new Refused("ledger.commit-malformed", {
      got: tell("{count} votes", { count: commit.signatures.length }),
      expected: tell("{count}, one a validator", { count: validators.length }),
    });
  }
  await sideBySide(commit.signatures.map((vote, place) => verifyVote(chainId, commit, vote, validators[place], place)));
  return validators.filter((_, place) => commit.signatures[place].flag === FOR_BLOCK);
}

function requireAbsent({ address, signature, time }, where) {
  if (address !== "" || signature !== "" || time.seconds !== NO_SECONDS || time.nanos !== 0) {
    throw new Refused("ledger.commit-malformed", {
      got: tell("an absent vote with content"),
      expected: tell("an empty one"),
      where,
    });
  }
}

async function verifyVote(chainId, commit, vote, validator, place) {
  const where = `vote ${place}`;
  if (vote.flag === ABSENT) {
    requireAbsent(vote, where);
    return;
  }
  if (!same(unb64url(vote.address), validator.address) || vote.signature === "") {
    throw new Refused("ledger.commit-malformed", {
      got: listed([vote.address, vote.signature], " "),
      expected: hex(validator.address),
      where,
    });
  }
  const block = vote.flag === FOR_BLOCK ? commit.block_id : null;
  const signedBytes = voteBytes(chainId, { height: commit.height, round: commit.round, block, time: vote.time });
  try {
    await verifyZip215(validator.key, signedBytes, unb64url(vote.signature));
  } catch (error) {
    if (!(error instanceof Refused)) {
      throw error;
    }
    throw new Refused("ledger.commit-signature-invalid", {
      got: hex(unb64url(vote.signature)),
      expected: tell("a signature by validator {address}", { address: hex(validator.address) }),
      where,
    });
  }
}
