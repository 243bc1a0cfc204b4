// The vectors of the project, and how a test reads their bytes.

import { readFileSync } from "node:fs";
import assert from "node:assert/strict";
import { trustBrowser } from "../ed25519.js";
import { Refused } from "../errors.js";

const FOLDER = new URL("../../../vectors/", import.meta.url);

export const readBytes = (name) => new Uint8Array(readFileSync(new URL(name, FOLDER)));
export const readVectors = (name) => JSON.parse(readFileSync(new URL(name, FOLDER), "utf8"));

/** A value as the verifier's own reader makes it: objects without a prototype. */
export function bare(value) {
  if (Array.isArray(value)) {
    return value.map(bare);
  }
  if (value === null || typeof value !== "object") {
    return value;
  }
  return Object.assign(Object.create(null), Object.fromEntries(Object.entries(value).map(([name, one]) => [name, bare(one)])));
}

/** The code with which a step refuses, or null if it does not. Any other error fails the test. */
export async function codeOf(step) {
  try {
    await step();
    return null;
  } catch (error) {
    assert.ok(error instanceof Refused, error.stack);
    return error.code;
  }
}

/** Run a step twice: as a browser with Ed25519 would, and by the arithmetic alone. */
export async function bothWays(step) {
  for (const asked of [true, false]) {
    trustBrowser(asked);
    try {
      await step(asked ? "WebCrypto first" : "arithmetic alone");
    } finally {
      trustBrowser(true);
    }
  }
}
