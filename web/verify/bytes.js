// Bytes and their texts, and the digests of WebCrypto. Every decoder is strict: one byte string has one text.

import { Refused } from "./errors.js";

const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE64 = `${BASE64URL.slice(0, 62)}+/`;
const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
/** base58 is quadratic in its length: longer text is an attack. */
const BASE58_LIMIT = 256;
const ENCODER = new TextEncoder();

export const utf8 = (text) => ENCODER.encode(text);

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function same(left, right) {
  return left.length === right.length && left.every((octet, place) => octet === right[place]);
}

export function compareBytes(left, right) {
  const shared = Math.min(left.length, right.length);
  for (let place = 0; place < shared; place += 1) {
    if (left[place] !== right[place]) {
      return left[place] - right[place];
    }
  }
  return left.length - right.length;
}

/** The order of code points, which is that of UTF-8 bytes; JavaScript's own is that of UTF-16 units. */
export function compareText(left, right) {
  return left === right ? 0 : compareBytes(utf8(left), utf8(right));
}

export const hex = (data) => Array.from(data, (octet) => octet.toString(16).padStart(2, "0")).join("");

export function unhex(text) {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function write64(data, alphabet) {
  const texts = [];
  let text = "";
  for (let at = 0; at < data.length; at += 3) {
    const group = (data[at] << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0);
    text += alphabet[group >> 18] + alphabet[(group >> 12) & 63];
    text += at + 1 < data.length ? alphabet[(group >> 6) & 63] : "";
    text += at + 2 < data.length ? alphabet[group & 63] : "";
    if (text.length > 65536) {
      texts.push(text);
      text = "";
    }
  }
  return texts.join("") + text;
}

const VALUES = { [BASE64URL]: valuesOf(BASE64URL), [BASE64]: valuesOf(BASE64) };

function valuesOf(alphabet) {
  const values = new Int16Array(128).fill(-1);
  for (const [value, sign] of [...alphabet].entries()) {
    values[sign.charCodeAt(0)] = value;
  }
  return values;
}

/** The bytes, or null for a foreign character, an impossible length, or trailing bits that are not zero. */
function read64(text, alphabet) {
  const values = VALUES[alphabet];
  if (text.length % 4 === 1) {
    return null;
  }
  const data = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let place = 0; place < text.length; place += 1) {
    const unit = text.charCodeAt(place);
    const value = unit < 128 ? values[unit] : -1;
    if (value < 0) {
      return null;
    }
    held = ((held << 6) | value) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      data[at] = (held >> bits) & 255;
      at += 1;
    }
  }
  return (held & ((1 << bits) - 1)) === 0 ? data : null;
}

export const b64url = (data) => write64(data, BASE64URL);

/** Whether a text is the one spelling of some bytes. */
export const isB64url = (text) => read64(text, BASE64URL) !== null;

/** Read base64url without padding, of `length` bytes if that is given. */
export function unb64url(text, length = null) {
  const data = read64(text, BASE64URL);
  if (data === null) {
    throw new Refused("crypto.encoding-invalid", { got: text.slice(0, 60), expected: "canonical base64url without padding" });
  }
  if (length !== null && data.length !== length) {
    throw new Refused("crypto.encoding-invalid", { got: `${data.length} bytes`, expected: `${length} bytes` });
  }
  return data;
}

export function base64(data) {
  const text = write64(data, BASE64);
  return text + "=".repeat((4 - (text.length % 4)) % 4);
}

/** Read base64 with its padding; null for every other spelling. */
export function unbase64(text) {
  const bare = text.replace(/={1,2}$/, "");
  const data = text.length % 4 === 0 ? read64(bare, BASE64) : null;
  return data !== null && base64(data) === text ? data : null;
}

export function base58(data) {
  let number = data.length === 0 ? 0n : BigInt(`0x${hex(data) || "0"}`);
  let digits = "";
  while (number > 0n) {
    digits = BASE58[Number(number % 58n)] + digits;
    number /= 58n;
  }
  const zeros = data.findIndex((octet) => octet !== 0);
  return "1".repeat(zeros < 0 ? data.length : zeros) + digits;
}

/** Read multibase with the prefix `z` (base58btc); null for anything else. */
export function unmultibase(text) {
  if (!text.startsWith("z") || text.length > BASE58_LIMIT + 1) {
    return null;
  }
  let number = 0n;
  for (const sign of text.slice(1)) {
    const digit = BASE58.indexOf(sign);
    if (digit < 0) {
      return null;
    }
    number = number * 58n + BigInt(digit);
  }
  const zeros = text.slice(1).match(/^1*/)[0].length;
  const written = number === 0n ? "" : number.toString(16);
  return concat(new Uint8Array(zeros), unhex(written.padStart(written.length + (written.length % 2), "0")));
}

export function uint64(number) {
  const data = new Uint8Array(8);
  new DataView(data.buffer).setBigUint64(0, BigInt(number));
  return data;
}

async function digest(name, parts) {
  return new Uint8Array(await crypto.subtle.digest(name, concat(...parts)));
}

export const sha256 = (...parts) => digest("SHA-256", parts);
export const sha512 = (...parts) => digest("SHA-512", parts);

const HMAC = { name: "HMAC", hash: "SHA-256" };

export async function hmacSha256(secret, data) {
  const key = await crypto.subtle.importKey("raw", secret, HMAC, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, data));
}

/** HKDF-SHA-256 (RFC 5869) to 32 bytes; an empty salt is 32 zero bytes. */
export async function hkdfSha256(secret, salt, info) {
  const key = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const manner = { name: "HKDF", hash: "SHA-256", salt: salt.length === 0 ? new Uint8Array(32) : salt, info };
  return new Uint8Array(await crypto.subtle.deriveBits(manner, key, 256));
}
