// What stands for a document in statements (spec/commitment.md).

import { b64url, compareBytes, concat, hkdfSha256, hmacSha256, unb64url, utf8 } from "./bytes.js";
import { Refused } from "./errors.js";
import { leafHash, rootOf } from "./merkle.js";

const DIGEST_SIZE = 32;
const MEDIA_TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]{0,63}\/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}$/;

/** The commitment to these representations (`{media_type, content}`) under the document's salt, as base64url. */
export async function commitmentOf(representations, salt) {
  const leaves = [];
  for (const { media_type: type, content } of representations) {
    if (!MEDIA_TYPE.test(type)) {
      throw new Refused("ledger.document-differs", { got: type, where: "/media_type" });
    }
    const own = await hkdfSha256(salt, new Uint8Array(0), utf8(type));
    leaves.push(concat(utf8(type), [0], await hmacSha256(own, content)));
  }
  leaves.sort(compareBytes);
  return b64url(await rootOf(await Promise.all(leaves.map((leaf) => leafHash(leaf)))));
}

/** Refuse unless the document is the one that its commitment stands for. */
export async function verifyDocument(document) {
  const found = await commitmentOf(contentsOf(document), unb64url(document.salt, 32));
  if (found !== document.commitment) {
    throw new Refused("ledger.document-differs", { got: found, expected: document.commitment });
  }
}

/** Refuse unless the leaves are those committed to, one a media type, and this representation is one of them. */
export async function verifyOpened(commitment, mediaType, { salt, leaves }, data) {
  const leaf = b64url(concat(utf8(mediaType), [0], await hmacSha256(salt, data)));
  const texts = leaves.map((one) => b64url(one));
  const names = leaves.map((one) => new TextDecoder().decode(one.slice(0, Math.max(0, one.length - DIGEST_SIZE - 1))));
  const sorted = [...new Set(names)].sort();
  const root = b64url(await rootOf(await Promise.all(leaves.map((one) => leafHash(one)))));
  if (names.join() !== sorted.join() || !texts.includes(leaf) || root !== commitment) {
    throw new Refused("ledger.document-differs", { got: root, expected: String(commitment) });
  }
}

/** The representations with their content as bytes. */
export const contentsOf = (document) =>
  document.representations.map((one) => ({ media_type: one.media_type, content: unb64url(one.content) }));
