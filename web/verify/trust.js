// The trust root, network.json (spec/receipt.md 2), and the validators in force at each height as the changes of a
// receipt prove them (spec/receipt.md 3, `validators` and `signed`).

import { compareBytes, hex, same, unb64url } from "./bytes.js";
import { byPower, makeValidator, requireSet, validatorsHash, verifyCommit } from "./chain.js";
import { Refused } from "./errors.js";
import { readNetworkFile } from "./forms.js";
import { listed, tell } from "./words.js";

const INVALID = "ledger.trust-root-invalid";

/** The network as its verifier trusts it; a file that contradicts itself is refused. */
export async function readTrustRoot(raw) {
  let file;
  try {
    file = readNetworkFile(raw);
    const genesis = unb64url(file.genesis, 32);
    require(file.network.split("-").at(-1) === hex(genesis).slice(0, 32), "network", file.network, hex(genesis).slice(0, 32));
    require(file.fingerprint === fingerprintOf(genesis), "fingerprint", file.fingerprint, fingerprintOf(genesis));
    const operators = new Map();
    const validators = [];
    for (const [place, one] of file.validators.entries()) {
      const validator = await makeValidator(one.public, one.power);
      require(same(unb64url(one.address), validator.address), `validators/${place}`, one.address, hex(validator.address));
      operators.set(one.address, one.operator);
      validators.push(validator);
    }
    validators.sort(byPower);
    requireSet(validators);
    return { network: file.network, fingerprint: file.fingerprint, time: file.time, validators, operators };
  } catch (error) {
    if (error instanceof Refused && error.code !== INVALID) {
      throw new Refused(INVALID, { got: error.got || error.sentence, expected: error.expected, where: error.where });
    }
    throw error;
  }
}

function require(holds, where, got, expected) {
  if (!holds) {
    throw new Refused(INVALID, { got, expected, where });
  }
}

/** Forty decimal digits of the genesis digest, to be compared by telephone. */
export function fingerprintOf(genesis) {
  const digits = (BigInt(`0x${hex(genesis)}`) % 10n ** 40n).toString().padStart(40, "0");
  return digits.match(/.{5}/g).join(" ");
}

/** Who is in force at which height, from the trust root on. */
export class Schedule {
  static async of(trust) {
    return new Schedule(trust, await validatorsHash(trust.validators));
  }

  constructor(trust, hash) {
    this.network = trust.network;
    this.finals = new Map();
    this.reigns = [{ start: 1, validators: trust.validators, hash }];
  }

  /** Follow the changes, first height first. */
  async extend(changes) {
    for (const change of changes) {
      const last = this.reigns.at(-1);
      const { header } = await this.verify(change.header);
      const validators = await Promise.all(change.validators.map((one) => makeValidator(one.public_key, one.power)));
      requireSet(validators);
      const hash = await validatorsHash(validators);
      const where = `change at height ${header.height}`;
      if (!same(unb64url(header.next_validators_hash), hash)) {
        throw new Refused("ledger.validator-set-unknown", {
          got: hex(hash),
          expected: hex(unb64url(header.next_validators_hash)),
          where,
        });
      }
      if (compareBytes(hash, last.hash) === 0) {
        throw new Refused("ledger.headers-disagree", {
          got: tell("the same validators"),
          expected: tell("a change"),
          where,
        });
      }
      this.reigns.push({ start: header.height + 1, validators, hash });
    }
  }

  /** Refuse unless the validators in force at its height made this header final. */
  async verify(signed) {
    const { header } = signed;
    const reign = this.reigns.findLast((one) => one.start <= header.height);
    if (header.chain_id !== this.network) {
      throw new Refused("ledger.receipt-of-another-network", {
        got: header.chain_id,
        expected: this.network,
        where: `header ${header.height}`,
      });
    }
    const final = await verifyCommit(signed, reign.validators);
    this.requireSteady(header);
    const known = this.finals.get(header.height) ?? final;
    this.finals.set(header.height, known);
    if (!same(known.hash, final.hash)) {
      throw new Refused("ledger.headers-disagree", {
        got: hex(final.hash),
        expected: hex(known.hash),
        where: `two headers of height ${header.height}`,
      });
    }
    return final;
  }

  /** Between two changes that the receipt shows, no header may announce another one. */
  requireSteady(header) {
    const following = this.reigns.find((reign) => reign.start > header.height);
    if (following === undefined) {
      return;
    }
    const own = unb64url(header.validators_hash);
    const expected = following.start === header.height + 1 ? following.hash : own;
    const announced = unb64url(header.next_validators_hash);
    if (!same(announced, expected)) {
      throw new Refused("ledger.headers-disagree", {
        got: hex(announced),
        expected: hex(expected),
        where: `the validators after height ${header.height}`,
      });
    }
  }
}

/** The smallest sets of operators with more than one and more than two thirds of the power. */
export function concentration(validators, operatorOf) {
  const power = new Map();
  for (const one of validators) {
    const operator = operatorOf(one);
    power.set(operator, (power.get(operator) ?? 0n) + BigInt(one.power));
  }
  const total = [...power.values()].reduce((sum, one) => sum + one, 0n);
  const ranked = [...power].sort((left, right) => Number(right[1] > left[1]) - Number(right[1] < left[1]) || order(left[0], right[0]));
  return { third: smallest(ranked, total), twoThirds: smallest(ranked, total * 2n) };
}

const order = (left, right) => (left < right ? -1 : Number(left > right));

/** The strongest first: no smaller set can have more than that share. */
function smallest(ranked, share) {
  const chosen = [];
  let reached = 0n;
  for (const [operator, power] of ranked) {
    chosen.push(operator);
    reached += power;
    if (reached * 3n > share) {
      break;
    }
  }
  return chosen;
}

export const together = (operators) =>
  operators.length === 1
    ? tell("{operator} alone", { operator: operators[0] })
    : tell("{count} together ({operators})", { count: operators.length, operators: listed(operators) });
