// The pouch of the vectors, genuine and altered: which checks fail, and with which code.

import assert from "node:assert/strict";
import { test } from "node:test";
import { canonical } from "../json.js";
import { isPouch } from "../pouch.js";
import { Refused } from "../errors.js";
import { verifyFile } from "../verify.js";
import { bare, bothWays, readBytes, readVectors } from "./vectors.js";

const NETWORK = readBytes("pouch/network.json");
const CASES = readVectors("pouch/cases.json");

/** The pouch with the change of a case, in canonical JSON. */
function altered({ put_at, remove, value }) {
  const told = readVectors("pouch/pouch.json");
  const pointer = put_at ?? remove;
  if (pointer !== undefined) {
    const path = pointer.slice(1).split("/");
    const last = path.pop();
    const at = path.reduce((within, step) => within[step], told);
    if (remove === undefined) {
      at[last] = value;
    } else if (Array.isArray(at)) {
      at.splice(Number(last), 1);
    } else {
      delete at[last];
    }
  }
  return canonical(bare(told));
}

async function failures(raw) {
  try {
    const { checks, documents } = await verifyFile(raw, NETWORK);
    const all = [...checks, ...documents.flatMap((one, place) => one.checks.map((each) => ({ ...each, name: `${place} ${each.name}` })))];
    return Object.fromEntries(all.filter((one) => one.outcome === "fails").map(({ name, code }) => [name, code]));
  } catch (error) {
    assert.ok(error instanceof Refused, error.stack);
    return error.code;
  }
}

test("the pouch as it was written, and each change of it", async () => {
  assert.deepEqual(altered({}), readBytes("pouch/pouch.json"));
  assert.ok(isPouch(altered({})));
  await bothWays(async (how) => {
    for (const one of CASES) {
      assert.deepEqual(await failures(altered(one)), one.error ?? one.fails, `${how}: ${one.what}`);
    }
  });
});
