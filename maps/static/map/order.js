// The order of delta ids: Redis stream ids, milliseconds-sequence.

/** Is delta id a before b? @param {string} a @param {string} b */
export function isBefore(a, b) {
  const [ams, aseq = 0] = a.split("-").map(Number), [bms, bseq = 0] = b.split("-").map(Number);
  return ams < bms || (ams === bms && aseq < bseq);
}

/** The earlier of two ids; the other where one is none. @param {string} a @param {string} b */
export function earlier(a, b) {
  if (!a || !b) return a || b;
  return isBefore(a, b) ? a : b;
}
