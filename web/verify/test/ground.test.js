// JSON, keys, trees, commitments: what everything else rests on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { b64url, base58, base64, compareText, hex, unb64url, unbase64, unhex, unmultibase, utf8 } from "../bytes.js";
import { commitmentOf } from "../commitment.js";
import { verifyStrict, verifyZip215 } from "../ed25519.js";
import { canonical, parseCanonical, parseJson } from "../json.js";
import { leafHash, rootOf, verifyInMap, verifyInclusion } from "../merkle.js";
import { bothWays, codeOf, readVectors } from "./vectors.js";

test("canonical JSON: every accepted text, read and written", async () => {
  for (const { name, canonical: text, loose } of readVectors("canonical/accepted.json")) {
    assert.deepEqual(canonical(parseJson(utf8(loose))), utf8(text), name);
    assert.equal(await codeOf(() => parseCanonical(utf8(text))), null, name);
  }
});

test("canonical JSON: every refusal, with its code", async () => {
  for (const { name, hex: bytes, parse_canonical: strict, parse_json: any } of readVectors("canonical/refused.json")) {
    assert.equal(await codeOf(() => parseCanonical(unhex(bytes))), strict, name);
    assert.equal(await codeOf(() => parseJson(unhex(bytes))), any, name);
  }
});

test("a member named __proto__ is a member like any other", () => {
  const value = parseJson(utf8('{"__proto__":{"admin":true},"constructor":1}'));
  assert.deepEqual(Object.keys(value), ["__proto__", "constructor"]);
  assert.equal(value.admin, undefined);
});

test("bytes have one text", () => {
  assert.equal(b64url(unhex("fbefff")), "--__");
  assert.equal(base64(unhex("fbefff00")), "++//AA==");
  assert.equal(base58(utf8("Hello World!")), "2NEpo7TZRRrLZSi2U");
  assert.equal(base58(unhex("0000287fb4cd")), "11233QC4");
  assert.equal(hex(unmultibase("z11233QC4")), "0000287fb4cd");
  for (const text of ["AB", "A", "AA==", "A A", "Aé"]) {
    assert.throws(() => unb64url(text), text);
  }
  for (const text of ["AB==", "AA=", "AA", "A===", "-_AA"]) {
    assert.equal(unbase64(text), null, text);
  }
  assert.equal(unmultibase("z0"), null);
  assert.equal(unmultibase(`z${"1".repeat(300)}`), null);
  assert.ok(compareText("\uffff", "\u{10000}") < 0, "code points, not UTF-16 units");
});

test("Ed25519: RFC 8032 and the signatures on which libraries disagree", async () => {
  await bothWays(async (how) => {
    for (const one of readVectors("keys/ed25519.json")) {
      const parts = [unhex(one.public), unhex(one.message), unhex(one.signature)];
      assert.equal(await codeOf(() => verifyStrict(...parts)), null, how);
      assert.equal(await codeOf(() => verifyZip215(...parts)), null, how);
      parts[2] = parts[2].with(3, parts[2][3] ^ 1);
      assert.equal(await codeOf(() => verifyZip215(...parts)), "crypto.signature-invalid", how);
    }
    for (const one of readVectors("keys/ed25519-edge-cases.json")) {
      const parts = [unhex(one.public), unhex(one.message), unhex(one.signature)];
      assert.equal((await codeOf(() => verifyStrict(...parts))) === null, one.pynacl, `${how}: strict ${one.case}`);
      assert.equal((await codeOf(() => verifyZip215(...parts))) === null, one.zip215, `${how}: ZIP 215 ${one.case}`);
    }
  });
});

test("Ed25519: the 196 pairs of small order are votes, and never signatures of actions", async () => {
  const { message, encodings } = readVectors("keys/small-order.json");
  await bothWays(async (how) => {
    for (const key of encodings) {
      for (const commitment of encodings) {
        const parts = [unhex(key), unhex(message), unhex(commitment + "00".repeat(32))];
        assert.equal(await codeOf(() => verifyZip215(...parts)), null, `${how}: ${key} ${commitment}`);
        assert.equal(await codeOf(() => verifyStrict(...parts)), "crypto.signature-invalid", `${how}: ${key}`);
      }
    }
  });
});

test("RFC 9162: every root and path, and no path that is altered", async () => {
  const { leaves, roots, inclusion } = readVectors("merkle/tree.json");
  const hashes = await Promise.all(leaves.map((leaf) => leafHash(unhex(leaf))));
  for (const [size, root] of roots.entries()) {
    assert.equal(hex(await rootOf(hashes.slice(0, size))), root);
  }
  for (const { size, index, path } of inclusion) {
    const place = { size, index, path: path.map(unhex), root: unhex(roots[size]) };
    assert.equal(await codeOf(() => verifyInclusion(hashes[index], place)), null);
    const altered = [
      { ...place, index: index + 1 },
      { ...place, path: [...place.path, place.root] },
      { ...place, path: place.path.slice(1), index: index >> 1 },
      { ...place, root: hashes[0].map((octet) => octet ^ 1) },
    ];
    for (const wrong of altered.filter((one) => one.path.length !== place.path.length || one !== place)) {
      const sameProof = wrong.path.length === place.path.length && wrong.index === index && wrong.root === place.root;
      if (!sameProof) {
        assert.equal(await codeOf(() => verifyInclusion(hashes[index], wrong)), "merkle.proof-invalid");
      }
    }
  }
});

test("the sparse map: presence and absence in every version", async () => {
  for (const { root, proofs } of readVectors("merkle/sparse-map.json").versions) {
    for (const { key, siblings, leaf } of proofs) {
      const proof = { siblings: siblings.map(unhex), leaf: leaf === null ? null : leaf.map(unhex) };
      const present = leaf !== null && leaf[0] === key;
      const value = present ? unhex(leaf[1]) : null;
      assert.equal(await codeOf(() => verifyInMap(unhex(root), unhex(key), value, proof)), null);
      const contrary = present ? null : unhex("11".repeat(32));
      assert.equal(await codeOf(() => verifyInMap(unhex(root), unhex(key), contrary, proof)), "merkle.proof-invalid");
      const deeper = { ...proof, siblings: [...proof.siblings, unhex("22".repeat(32))] };
      assert.equal(await codeOf(() => verifyInMap(unhex(root), unhex(key), value, deeper)), "merkle.proof-invalid");
    }
  }
});

test("commitments to documents", async () => {
  for (const { name, salt, representations, commitment } of readVectors("commitment/commitments.json")) {
    const parts = Object.entries(representations).map(([type, text]) => ({ media_type: type, content: unb64url(text) }));
    const found = await commitmentOf(parts, unb64url(salt));
    assert.ok([found, hex(unb64url(found))].includes(commitment), name);
    assert.equal(await commitmentOf(parts.toReversed(), unb64url(salt)), found, "the order does not matter");
  }
});
