// RFC 9162 trees (spec/merkle-tree.md) and the sparse map (spec/sparse-map.md): proofs only.

import { compareBytes, concat, hex, same, sha256 } from "./bytes.js";
import { Refused } from "./errors.js";
import { tell } from "./words.js";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
export const EMPTY = new Uint8Array(32);

export const leafHash = (...data) => sha256(LEAF, ...data);
export const nodeHash = (left, right) => sha256(NODE, left, right);

/** The root over leaf hashes; of none, SHA-256 of nothing. */
export async function rootOf(hashes) {
  if (hashes.length < 2) {
    return hashes[0] ?? sha256();
  }
  let split = 1;
  while (split * 2 < hashes.length) {
    split *= 2;
  }
  // Side by side: each digest waits for the browser's own thread.
  return nodeHash(...(await Promise.all([rootOf(hashes.slice(0, split)), rootOf(hashes.slice(split))])));
}

export async function rootOfItems(items) {
  return rootOf(await Promise.all(items.map((item) => leafHash(item))));
}

/** Refuse unless the path leads from the leaf at `index` of `size` to the root (RFC 9162 2.1.3.2). */
export async function verifyInclusion(leaf, { index, size, path, root }) {
  if (index >= size) {
    throw new Refused("merkle.proof-invalid", { got: `index ${index}`, expected: `below ${size}` });
  }
  // Sizes reach 2^53 - 1, beyond the 32 bits of JavaScript's bit operators.
  let place = BigInt(index);
  let last = BigInt(size) - 1n;
  let node = leaf;
  for (const sibling of path) {
    if (last === 0n) {
      throw new Refused("merkle.proof-invalid", { got: `${path.length} hashes`, expected: "a shorter path" });
    }
    if (place & 1n || place === last) {
      node = await nodeHash(sibling, node);
      while (place && !(place & 1n)) {
        place >>= 1n;
        last >>= 1n;
      }
    } else {
      node = await nodeHash(node, sibling);
    }
    place >>= 1n;
    last >>= 1n;
  }
  if (last !== 0n) {
    throw new Refused("merkle.proof-invalid", { got: `${path.length} hashes`, expected: "a longer path" });
  }
  if (!same(node, root)) {
    throw new Refused("merkle.proof-invalid", { got: hex(node), expected: hex(root) });
  }
}

/** Refuse unless the map with this root holds `valueHash` under `keyHash`, or nothing where that is null. */
export async function verifyInMap(root, keyHash, valueHash, { siblings, leaf }) {
  if (valueHash === null) {
    requireOnPath(keyHash, leaf, siblings.length);
  } else if (leaf === null || !same(leaf[0], keyHash) || !same(leaf[1], valueHash)) {
    throw new Refused("merkle.proof-invalid", {
      got: leaf === null ? tell("a proof of absence") : hex(concat(...leaf)),
      expected: hex(concat(keyHash, valueHash)),
    });
  }
  let node = leaf === null ? EMPTY : await leafHash(...leaf);
  for (let depth = siblings.length; depth > 0; depth -= 1) {
    const sibling = siblings[depth - 1];
    node = bitOf(keyHash, depth - 1) ? await nodeHash(sibling, node) : await nodeHash(node, sibling);
  }
  if (!same(node, root)) {
    throw new Refused("merkle.proof-invalid", { got: hex(node), expected: hex(root) });
  }
}

/** Another leaf proves absence only if it shares as many leading bits with the key as there are siblings. */
function requireOnPath(keyHash, leaf, depth) {
  if (leaf === null) {
    return;
  }
  if (compareBytes(leaf[0], keyHash) === 0) {
    throw new Refused("merkle.proof-invalid", { got: tell("a proof of presence"), expected: tell("a proof of absence") });
  }
  for (let place = 0; place < depth; place += 1) {
    if (bitOf(leaf[0], place) !== bitOf(keyHash, place)) {
      throw new Refused("merkle.proof-invalid", { got: `${place} bits shared`, expected: `${depth}` });
    }
  }
}

const bitOf = (hash, place) => (hash[place >> 3] >> (7 - (place & 7))) & 1;
