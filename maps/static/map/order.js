// Orders: of delta ids, which are Redis stream ids, milliseconds-sequence, and of the numbers of routes.

let numbers = /** @type {Intl.Collator | null} */ (null); // made when first asked: it costs milliseconds

/** 4, 16, 300: as people order the numbers of routes. @param {string} a @param {string} b */
export function byNumber(a, b) {
  numbers ||= new Intl.Collator("ko", { numeric: true });
  return numbers.compare(a, b);
}

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
