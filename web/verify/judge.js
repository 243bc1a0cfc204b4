// For tests that compare both verifiers: reads cases as JSON, one a line, and says of each what the checks came to.
//
//     node web/verify/judge.js < cases.jsonl
//
// A case: {receipt, network: base64; witnesses?: [text], now?: RFC 3339, require?: [name], max_age?: seconds,
// arithmetic?: true}. A pouch's documents are told as `0 form`. An answer: {holds, checks: {name: {outcome, found}}} or {error: code}.

import { createInterface } from "node:readline";
import { trustBrowser } from "./ed25519.js";
import { Refused } from "./errors.js";
import { readWitness } from "./note.js";
import { verifyFile } from "./verify.js";
import { say } from "./words.js";

const bytesOf = (text) => new Uint8Array(Buffer.from(text, "base64"));

async function answer(one) {
  trustBrowser(one.arithmetic !== true);
  try {
    const witnesses = await Promise.all((one.witnesses ?? []).map(readWitness));
    const now = one.now ? new Date(one.now) : new Date();
    const options = { witnesses, now, require: one.require ?? [], maxAge: one.max_age ?? null };
    const { holds, checks, documents = [] } = await verifyFile(bytesOf(one.receipt), bytesOf(one.network), options);
    const of = documents.flatMap((each, place) => each.checks.map((check) => ({ ...check, name: `${place} ${check.name}` })));
    const said = [...checks, ...of].map(({ name, outcome, found, code }) => [name, { outcome, found: say(found, {}), code }]);
    return { holds, checks: Object.fromEntries(said) };
  } catch (error) {
    if (error instanceof Refused) {
      return { error: error.code };
    }
    return { crash: String(error.stack) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line)))}\n`);
}
