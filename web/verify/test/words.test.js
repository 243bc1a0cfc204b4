// Whatever the page can say, it says in Spanish as well, with the same places to fill in.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { REFUSALS } from "../errors.js";
import { DOCUMENTS, KINDS } from "../kinds.js";
import { CHECKS, verifyReceipt } from "../verify.js";
import { SPANISH } from "../words.es.js";
import { Told, listed, say, tell } from "../words.js";
import { readBytes, readVectors } from "./vectors.js";

const HERE = new URL("../", import.meta.url);

/** All literal texts that stand inside of a call which says something. */
function spoken() {
  const found = new Set();
  for (const name of readdirSync(HERE).filter((one) => one.endsWith(".js") && !one.startsWith("words"))) {
    const source = readFileSync(new URL(name, HERE), "utf8");
    for (const [, inside] of source.matchAll(/\b(?:tell|said|speak)\(\s*"((?:[^"\\]|\\.)*)"/g)) {
      found.add(inside);
    }
  }
  return found;
}

const placesOf = (text) => (text.match(/\{\w+\}/g) ?? []).sort();

test("nothing is missing in Spanish", () => {
  const english = [...spoken(), ...Object.values(REFUSALS).flat(), ...Object.values(KINDS), ...Object.values(DOCUMENTS)];
  assert.ok(english.length > 200, "the sources are read");
  assert.deepEqual(english.filter((text) => !Object.hasOwn(SPANISH, text)), []);
});

test("a translation fills in what its source fills in", () => {
  for (const [english, spanish] of Object.entries(SPANISH)) {
    assert.deepEqual(placesOf(spanish), placesOf(english), english);
  }
});

function templates(what) {
  if (what instanceof Told) {
    return [what.template, ...Object.values(what.places).flatMap(templates)];
  }
  return what !== null && typeof what === "object" && "parts" in what ? what.parts.flatMap(templates) : [];
}

test("what is said of the vectors' receipts is said in Spanish", async () => {
  for (const { receipt, network } of readVectors("receipt/cases.json")) {
    const { checks } = await verifyReceipt(readBytes(`receipt/${receipt}`), readBytes(`receipt/${network}`));
    assert.equal(checks.length, CHECKS.length);
    const all = checks.flatMap((check) => [check.title, check.found, check.expected, check.detail, check.fix].flatMap(templates));
    assert.deepEqual(all.filter((text) => text !== "" && !Object.hasOwn(SPANISH, text)), []);
  }
});

test("sentences keep what is put into them apart from their words", () => {
  const said = tell("{name} at {time}", { name: "{time}", time: listed(["a", tell("none")], "; ") });
  assert.equal(say(said, {}), "{time} at a; none");
  assert.equal(say(said, SPANISH), "{time} el a; ninguno");
});
