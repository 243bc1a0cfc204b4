// Checkpoints countersigned by outside witnesses (spec/checkpoint.md): the note, its lines, and a witness's signature.

import { base64, concat, hex, sha256, unbase64, utf8, b64url } from "./bytes.js";
import { verifyStrict } from "./ed25519.js";
import { Refused, refusing } from "./errors.js";
import { timeText } from "./time.js";

const COSIGNATURE = 4;
const DASH = "\u2014 ";
const MAX_NOTE = 16384;
const MAX_SIGNATURES = 64;
const LATEST = 253402300799n;

function malformed(got, expected = "") {
  throw new Refused("ledger.note-malformed", { got: String(got).slice(0, 120), expected });
}

/** A witness's verifier key, name+id+key; its id must be that of name and key. */
export async function readWitness(text) {
  const [name, id, ...rest] = text.split("+");
  const raw = unbase64(rest.join("+"));
  if (!isName(name) || raw === null || raw.length !== 33 || raw[0] !== COSIGNATURE) {
    malformed(text, "name+id+key of a witness");
  }
  const keyId = await keyIdOf(name, raw);
  if (hex(keyId) !== id) {
    malformed(text, `${name}+${hex(keyId)}+${base64(raw)}`);
  }
  return { name, key: raw.slice(1), keyId, text };
}

const keyIdOf = async (name, typed) => (await sha256(utf8(`${name}\n`), typed)).slice(0, 4);
const isName = (name) => name !== "" && !/[+\p{White_Space}]/u.test(name);

/** The text of a note and its signature lines, which are not checked here. */
export function readNote(whole) {
  if (utf8(whole).length > MAX_NOTE || /[\u0000-\u0009\u000b-\u001f]/.test(whole)) {
    malformed("control characters or too long a text");
  }
  const blank = whole.lastIndexOf("\n\n");
  const lines = blank < 0 ? "" : whole.slice(blank + 2);
  if (!lines.endsWith("\n")) {
    malformed("no signature lines");
  }
  const signatures = lines.slice(0, -1).split("\n").map(readLine);
  if (signatures.length > MAX_SIGNATURES) {
    malformed(`${signatures.length} signatures`);
  }
  return { text: whole.slice(0, blank + 1), signatures };
}

function readLine(line) {
  const [name, ...rest] = line.slice(DASH.length).split(" ");
  const raw = unbase64(rest.join(" "));
  if (!line.startsWith(DASH) || !isName(name) || raw === null || raw.length <= 4) {
    malformed(line, "a signature line");
  }
  return { name, keyId: raw.slice(0, 4), signature: raw.slice(4) };
}

/** Refuse unless the text is that of a checkpoint; its origin, size and root. */
export function readCheckpoint(text) {
  const [origin, size, root, ...extensions] = text.split("\n").slice(0, -1);
  const raw = root === undefined ? null : unbase64(root);
  const plain = /^(?:0|[1-9][0-9]{0,15})$/.test(size ?? "") && Number.isSafeInteger(Number(size));
  if (!origin || !plain || raw === null || raw.length !== 32 || extensions.includes("")) {
    malformed(text, "origin, size and root, each in its one spelling");
  }
  return { origin, size: Number(size), root: b64url(raw), extensions };
}

/** When the witness countersigned the note, or null; one wrong line of its key refuses the whole. */
export async function cosignedAt(note, witness) {
  const lines = note.signatures.filter((one) => one.name === witness.name && hex(one.keyId) === hex(witness.keyId));
  const times = [];
  for (const { signature } of lines) {
    if (signature.length !== 72) {
      throw new Refused("ledger.witness-disagrees", { got: `${signature.length} bytes`, where: witness.name });
    }
    times.push(await timeOf(note.text, signature, witness));
  }
  return times.length === 0 ? null : times[0];
}

async function timeOf(text, signature, witness) {
  const time = BigInt(`0x${hex(signature.slice(0, 8))}`);
  const message = concat(utf8(`cosignature/v1\ntime ${time}\n`), utf8(text));
  await refusing("ledger.witness-disagrees", () => verifyStrict(witness.key, message, signature.slice(8)), {
    expected: witness.text,
    where: witness.name,
  });
  if (time > LATEST) {
    throw new Refused("ledger.witness-disagrees", { got: `time ${time}`, expected: `at most ${LATEST}` });
  }
  return timeText({ seconds: Number(time), nanos: 0 });
}
