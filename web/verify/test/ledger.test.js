// Actions, statements, the chain, credentials.

import assert from "node:assert/strict";
import { test } from "node:test";
import { b64url, hex, sha256, unb64url, unhex, unmultibase, utf8 } from "../bytes.js";
import { headerHash, makeValidator, requireSet, validatorsHash, verifyCommit, voteBytes } from "../chain.js";
import { readCredential, verifyCredential } from "../credential.js";
import { verifyStrict } from "../ed25519.js";
import { readAction, readStatement } from "../forms.js";
import { canonical, parseCanonical, parseJson, under } from "../json.js";
import { leafHash, verifyInclusion } from "../merkle.js";
import { bare, bothWays, codeOf, readVectors } from "./vectors.js";

test("actions: each one's bytes, signature and id", async () => {
  for (const { action: text, public: key, id } of readVectors("action/accepted.json")) {
    const action = readAction(parseCanonical(utf8(text)));
    const { signature, ...unsigned } = action;
    await verifyStrict(unb64url(key), under("transire/action/v1\n", unsigned), unb64url(signature));
    assert.equal(b64url(await sha256(canonical(action))), id);
  }
});

test("actions: bytes that no reader may accept", async () => {
  for (const { case: name, action } of readVectors("action/refused.json")) {
    const read = () => readAction(parseCanonical(unb64url(action)));
    assert.notEqual(await codeOf(read), null, name);
  }
});

test("statements: ids and paths of every pool", async () => {
  for (const { statements, ids, paths, opening, pool } of readVectors("statement/pools.json")) {
    assert.equal(b64url(await sha256(under("transire/pool/v1\n", opening))), pool);
    for (const [index, text] of statements.entries()) {
      const leaf = await leafHash(readStatement(parseCanonical(utf8(text))));
      assert.equal(b64url(leaf), ids[index]);
      const path = paths[index].map((one) => unb64url(one));
      await verifyInclusion(leaf, { index, size: opening.count, path, root: unb64url(opening.root) });
    }
  }
});

const chainForm = (value) => {
  // The vectors write bytes in hexadecimal and the version flat; a receipt has base64url and an object.
  if (Array.isArray(value)) {
    return value.map(chainForm);
  }
  if (value !== null && typeof value === "object") {
    const members = Object.entries(value).map(([name, one]) => [name, name === "chain_id" ? one : chainForm(one)]);
    return Object.fromEntries(members);
  }
  return typeof value === "string" ? b64url(unhex(value)) : value;
};

function headerForm({ version_block: block, version_app: app, ...header }) {
  return { ...chainForm(header), version: { block, app } };
}

test("headers and what validators sign", async () => {
  for (const { case: name, header, hash } of readVectors("chain/headers.json")) {
    assert.equal(hex(await headerHash(headerForm(header))), hash, name);
  }
  for (const vote of readVectors("chain/votes.json")) {
    const block = vote.block_id.hash === "" ? null : chainForm(vote.block_id);
    const bytes = voteBytes(vote.chain_id, { height: vote.height, round: vote.round, block, time: vote.time });
    assert.equal(hex(bytes), vote.sign_bytes, vote.case);
  }
});

const validatorsOf = (listed) => Promise.all(listed.map((one) => makeValidator(b64url(unhex(one.public_key)), Number(one.power))));

test("validator sets", async () => {
  for (const { validators, hash } of readVectors("chain/validators.json")) {
    // A receipt's powers are at most 2^53 - 1; one vector goes to the bound of CometBFT.
    if (validators.every((one) => Number.isSafeInteger(Number(one.power)))) {
      const set = await validatorsOf(validators);
      requireSet(set);
      assert.equal(hex(await validatorsHash(set)), hash);
    }
  }
});

test("commits that CometBFT accepts and refuses, ZIP 215 among them", async () => {
  await bothWays(async (how) => {
    for (const { case: name, accepted, header, commit, validators } of readVectors("chain/commits.json")) {
      const signed = { header: headerForm(header), commit: chainForm(commit) };
      const verify = async () => verifyCommit(signed, await validatorsOf(validators));
      assert.equal((await codeOf(verify)) === null, accepted, `${how}: ${name}`);
    }
  });
});

/** A did:key is its own key; that is how the vectors name their signers. */
function keysOf(did) {
  const multikey = did.startsWith("did:key:") ? unmultibase(did.slice("did:key:".length)) : null;
  return multikey === null ? [] : [b64url(multikey.slice(2))];
}

test("credentials that hold", async () => {
  for (const { name, credential } of readVectors("credential/accepted.json")) {
    const read = readCredential({ media_type: "application/vc", content: utf8(JSON.stringify(credential)) });
    // Outside of the profile a representation is no credential of a receipt (spec/credential.md).
    if (name.startsWith("a fraction")) {
      assert.equal(read, null);
    } else {
      await bothWays(async (how) => assert.equal(await codeOf(() => verifyCredential(read, keysOf)), null, `${how}: ${name}`));
    }
  }
});

test("credentials that are refused", async () => {
  for (const { name, credential } of readVectors("credential/refused.json")) {
    assert.equal(await codeOf(() => verifyCredential(bare(credential), keysOf)), "ledger.credential-invalid", name);
  }
});

const [HOUSE] = readVectors("credential/accepted.json");

/** What is said of the house's credential with these members in place of its own; its signature then is wrong, too. */
async function refusalOf(changes) {
  try {
    await verifyCredential(bare({ ...HOUSE.credential, ...changes }), keysOf);
    return null;
  } catch (error) {
    assert.equal(error.code, "ledger.credential-invalid", error.stack);
    return error.where;
  }
}

test("moments are of the calendar, with a time zone of the earth, in the years 1 to 9999", async () => {
  const wrong = [
    "2026-02-30T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:00:60Z",
    "2026-01-01T00:00:00",
    "2026-01-01T00:00:00+14:01",
    "2026-01-01T00:00:00+13:60",
    "0000-01-01T00:00:00Z",
    "0001-01-01T00:00:00+00:01",
    "9999-12-31T23:59:59-00:01",
  ];
  for (const validFrom of wrong) {
    assert.equal(await refusalOf({ validFrom }), "/validFrom", validFrom);
  }
  for (const validFrom of ["2026-01-01T00:00:00+14:00", "2024-02-29T00:00:00.123456789Z", "0001-01-01T00:00:00Z"]) {
    assert.equal(await refusalOf({ validFrom, validUntil: "9999-12-31T23:59:59Z" }), "/proof/proofValue", validFrom);
  }
});

test("every word is mapped by the contexts, and a protected one keeps its meaning", async () => {
  const [v2, own] = HOUSE.credential["@context"];
  assert.equal(await refusalOf({ colour: "red" }), "/colour");
  assert.equal(await refusalOf({ "@context": [v2, own, "https://unknown.example/"] }), "/@context");
  assert.equal(await refusalOf({ "@context": [v2, own, { name: "https://example.org/#x" }] }), "/@context/name");
  assert.equal(await refusalOf({ "@context": [v2, own, { "@import": "https://example.org/" }] }), "/@context");
  assert.equal(await refusalOf({ "@context": [v2, own, { shade: { "@id": "ex:x", "@container": [1] } }] }), "/@context");
  const shade = { "@context": [v2, own, { ex: "https://example.org/#", shade: "ex:shade" }], shade: "red" };
  assert.equal(await refusalOf(shade), "/proof/proofValue");
});

test("JSON text of a credential is read with the profile's reader", () => {
  const content = utf8('{"issuer":"did:web:a.example","proof":{},"proof":{}}');
  assert.equal(readCredential({ media_type: "application/vc", content }), null);
  assert.throws(() => parseJson(content));
});
