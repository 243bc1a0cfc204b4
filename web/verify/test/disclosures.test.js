// The disclosures of the vectors: what must be said of the parts that are shown, and what is shown.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isDisclosure, readDisclosure } from "../disclosure.js";
import { verifyFile } from "../verify.js";
import { SPANISH } from "../words.es.js";
import { Told, say } from "../words.js";
import { bothWays, codeOf, readBytes, readVectors } from "./vectors.js";

const NETWORK = readBytes("disclosure/network.json");
const CASES = readVectors("disclosure/cases.json");
const bytesOf = (text) => new TextEncoder().encode(text);

test("genuine and altered disclosures: the outcome, the words, and what is shown", async () => {
  await bothWays(async (how) => {
    for (const one of CASES) {
      const { checks, holds, claims } = await verifyFile(bytesOf(one.file), NETWORK);
      const check = checks.at(-1);
      const said = `${how}: ${one.name}`;
      assert.equal(check.name, "disclosed", said);
      assert.equal(check.outcome, one.outcome, `${said}: ${say(check.found, {})} ${say(check.expected, {})}`);
      assert.equal(holds, one.outcome === "holds", said);
      assert.equal(check.code, one.code ?? "", said);
      assert.deepEqual(claims === null ? undefined : JSON.parse(JSON.stringify(claims)), one.claims, said);
      if (holds) {
        assert.equal(say(check.found, {}), one.found, said);
      }
    }
  });
});

test("what is no disclosure is refused, and a receipt is none", async () => {
  const [{ file }] = CASES;
  for (const text of [
    file.replace("disclosure/1", "disclosure/2"),
    file.replace("application/vc+sd-jwt", "application/vc"),
    file.replace('"presentation":', '"presentatiom":'),
    `${file} `,
    file.slice(0, -1),
  ]) {
    assert.equal(await codeOf(() => readDisclosure(bytesOf(text))), "ledger.not-a-receipt");
  }
  assert.ok(isDisclosure(bytesOf(file)));
  assert.ok(!isDisclosure(readBytes("receipt/one-validator.receipt.json")));
});

test("what is said of disclosures is said in Spanish", async () => {
  const templates = (what) =>
    what instanceof Told ? [what.template, ...Object.values(what.places).flatMap(templates)] : [];
  for (const { file } of CASES) {
    const { checks } = await verifyFile(bytesOf(file), NETWORK);
    const all = ["title", "found", "expected", "detail", "fix"].flatMap((part) => templates(checks.at(-1)[part]));
    assert.deepEqual(all.filter((text) => text !== "" && !Object.hasOwn(SPANISH, text)), []);
  }
});
