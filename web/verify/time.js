// Moments as the ledger writes them. JavaScript's dates hold milliseconds; a header's time has nanoseconds.

/** RFC 3339 in UTC; the fraction has nine digits or is left out. */
export function timeText({ seconds, nanos }) {
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return nanos === 0 ? `${whole}Z` : `${whole}.${String(nanos).padStart(9, "0")}Z`;
}

/** Nanoseconds since 1970. */
export const nanosecondsOf = ({ seconds, nanos }) => BigInt(seconds) * 1_000_000_000n + BigInt(nanos);
