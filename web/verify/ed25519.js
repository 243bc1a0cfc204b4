// Ed25519 with two judges (spec/keys-and-dids.md): as libsodium judges actions and credentials, and by ZIP 215, as
// CometBFT judges votes. WebCrypto is asked first where it knows Ed25519; what it refuses, or where it does not, is
// judged by the arithmetic below. All of it is public data, so nothing needs constant time.

import { compareBytes, same, sha512, unhex } from "./bytes.js";
import { Refused } from "./errors.js";

const P = 2n ** 255n - 19n;
const L = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = mod(-121665n * inverse(121666n));
const SQRT_MINUS_ONE = power(2n, (P - 1n) / 4n);
const IDENTITY = [0n, 1n, 1n, 0n];
// The generator has y = 4/5 and an even x (RFC 8032 5.1).
const BASE = decodePoint(fieldBytes(mod(4n * inverse(5n))));
const FIELD = fieldBytes(P);

/** Refuse a signature that libsodium would not accept: the judge of actions, credentials and countersignatures. */
export async function verifyStrict(key, message, signature) {
  requireSizes(key, signature);
  const commitment = signature.slice(0, 32);
  if (isSmallOrder(key) || isSmallOrder(commitment) || !isBelowField(key) || scalarOf(signature) >= L) {
    throw new Refused("crypto.signature-invalid");
  }
  if (await askBrowser(key, message, signature)) {
    return;
  }
  const difference = await equation(key, message, signature);
  // Without cofactor: R, as it is written, must be [S]B - [k]A.
  if (difference === null || !same(encodePoint(difference), commitment)) {
    throw new Refused("crypto.signature-invalid");
  }
}

/** Refuse a signature that ZIP 215 does not accept: any encoding that decodes, and the cofactored equation. */
export async function verifyZip215(key, message, signature) {
  requireSizes(key, signature);
  if (scalarOf(signature) >= L) {
    throw new Refused("crypto.signature-invalid", { expected: "S below the group order" });
  }
  if (await askBrowser(key, message, signature)) {
    return; // its equation is the stronger one
  }
  const commitment = decodePoint(signature.slice(0, 32));
  const difference = await equation(key, message, signature);
  if (commitment === null || difference === null) {
    throw new Refused("crypto.signature-invalid", { expected: "a point of the curve" });
  }
  const rest = double(double(double(add(difference, negate(commitment)))));
  if (mod(rest[0]) !== 0n || mod(rest[1] - rest[2]) !== 0n) {
    throw new Refused("crypto.signature-invalid");
  }
}

let browserKnows = true;

/** Do without WebCrypto's Ed25519 (or ask it again): the tests judge everything by the arithmetic alone, too. */
export function trustBrowser(wanted) {
  browserKnows = wanted;
}

/** Whether WebCrypto accepts; false also where it refuses the key or knows no Ed25519. */
async function askBrowser(key, message, signature) {
  if (!browserKnows) {
    return false;
  }
  try {
    const imported = await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
    return await crypto.subtle.verify("Ed25519", imported, signature, message);
  } catch (error) {
    browserKnows = error.name !== "NotSupportedError";
    return false;
  }
}

/** [S]B - [k]A with k over the bytes as they were given; null if the key is no point. */
async function equation(key, message, signature) {
  const point = decodePoint(key);
  if (point === null) {
    return null;
  }
  const k = numberOf(await sha512(signature.slice(0, 32), key, message)) % L;
  return multiplyBoth(scalarOf(signature), BASE, k, negate(point));
}

function requireSizes(key, signature) {
  if (key.length !== 32 || signature.length !== 64) {
    throw new Refused("crypto.signature-invalid", { got: `${key.length} and ${signature.length} bytes` });
  }
}

const scalarOf = (signature) => numberOf(signature.slice(32));

// The y of the points of small order below 2^255, also those that are written beyond the field.
const SMALL_ORDER_Y = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].map(unhex);

function withoutSign(encoded) {
  const bare = encoded.slice();
  bare[31] &= 127;
  return bare;
}

const isSmallOrder = (encoded) => SMALL_ORDER_Y.some((y) => same(y, withoutSign(encoded)));
const isBelowField = (encoded) => compareBytes(withoutSign(encoded).reverse(), FIELD.slice().reverse()) < 0;

/** The point of 32 bytes, y taken modulo the field, a sign bit on x = 0 ignored; null if there is none. */
function decodePoint(encoded) {
  const number = numberOf(encoded);
  const sign = number >> 255n;
  const y = mod(number & (2n ** 255n - 1n));
  const numerator = mod(y * y - 1n);
  const denominator = mod(D * y * y + 1n);
  // RFC 8032 5.1.3: a candidate root of numerator/denominator with one exponentiation.
  const cube = mod(denominator ** 3n);
  let x = mod(numerator * cube * power(mod(numerator * cube * cube * denominator), (P - 5n) / 8n));
  if (mod(denominator * x * x) === mod(-numerator)) {
    x = mod(x * SQRT_MINUS_ONE);
  }
  if (mod(denominator * x * x) !== numerator) {
    return null;
  }
  if ((x & 1n) !== sign) {
    x = mod(-x);
  }
  return [x, y, 1n, mod(x * y)];
}

function encodePoint([x, y, z]) {
  const scale = inverse(mod(z));
  const encoded = fieldBytes(mod(y * scale));
  encoded[31] |= Number(mod(x * scale) & 1n) << 7;
  return encoded;
}

/** Complete addition (RFC 8032 5.1.4): right for all points, small-order ones too. */
function add([x1, y1, z1, t1], [x2, y2, z2, t2]) {
  const a = mod((y1 - x1) * (y2 - x2));
  const b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * t1 * t2 * D);
  const d = mod(2n * z1 * z2);
  const [e, f, g, h] = [b - a, d - c, d + c, b + a];
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

function double([x, y, z]) {
  const a = mod(x * x);
  const b = mod(y * y);
  const c = mod(2n * z * z);
  const h = a + b;
  const e = h - (x + y) * (x + y);
  const g = a - b;
  const f = c + g;
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}

const negate = ([x, y, z, t]) => [mod(-x), y, z, mod(-t)];

/** [m]left + [n]right in one pass of doublings (Shamir's trick). */
function multiplyBoth(m, left, n, right) {
  const table = [IDENTITY, left, right, add(left, right)];
  let result = IDENTITY;
  for (let bit = 255n; bit >= 0n; bit -= 1n) {
    result = double(result);
    const choice = Number((m >> bit) & 1n) | (Number((n >> bit) & 1n) << 1);
    if (choice) {
      result = add(result, table[choice]);
    }
  }
  return result;
}

function mod(number) {
  const rest = number % P;
  return rest < 0n ? rest + P : rest;
}

function power(base, exponent) {
  let result = 1n;
  let factor = mod(base);
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) {
      result = mod(result * factor);
    }
    factor = mod(factor * factor);
  }
  return result;
}

function inverse(number) {
  return power(number, P - 2n);
}

function numberOf(littleEndian) {
  return BigInt(`0x${Array.from(littleEndian.slice().reverse(), (octet) => octet.toString(16).padStart(2, "0")).join("")}`);
}

function fieldBytes(number) {
  return unhex(number.toString(16).padStart(64, "0")).reverse();
}

