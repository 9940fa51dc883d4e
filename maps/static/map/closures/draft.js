// A closure while it is typed: the text, the places that were chosen, the fields that a person changed.

/** @typedef {{kind?: string, id?: string, lon?: number, lat?: number}} Place */
/** @typedef {{cause?: string, closure?: string, lanes?: string, direction?: string, reason?: string,
 *   starts_ms?: number, ends_ms?: number | null, is_both?: boolean}} Given */

export const FIELDS = /** @type {const} */ (
  ["cause", "closure", "lanes", "direction", "starts_ms", "ends_ms", "reason", "is_both"]);
const SENT = /** @type {const} */ (
  ["title", "cause", "closure", "lanes", "direction", "reason", "starts_ms", "link_ids"]);

export class Draft {
  id = newId();
  text = "";
  start = /** @type {Place | null} */ (null);
  end = /** @type {Place | null} */ (null);
  given = /** @type {Given} */ ({});
  reading = /** @type {Api.Reading | null} */ (null);
  readOf = ""; // what the reading is of

  /** @param {Api.HandClosure | null} row the closure that is corrected; null: a new one */
  constructor(row = null) { this.row = row; }

  /** What the server is asked to read. @returns {Record<string, unknown>} */
  asked() {
    const { text, start, end, given, row } = this, isMoved = start || text.trim();
    const known = row && !isMoved ? { link_ids: this.linkIds, title: row.title } : {};
    return { ...known, ...(row && !isMoved ? termsOf(row) : {}), text, ...only({ start, end }), ...given };
  }

  linkIds = /** @type {string[]} */ ([]); // of the closure that is corrected

  /** Whether the reading is of what stands here now. */
  get isRead() { return this.reading !== null && this.readOf === JSON.stringify(this.asked()); }

  /** @param {Api.Reading} reading @param {string} readOf */
  take(reading, readOf) { this.reading = reading; this.readOf = readOf; }

  /** @param {"start" | "end"} field @param {Place | null} place */
  choose(field, place) { this[field] = place; }

  /** Whether anything was said yet. */
  get isSaid() { return Boolean(this.text.trim() || this.start || this.row); }

  /** Whether it can be sent as it was read. */
  get isSound() { return this.isRead && this.reading?.troubles.length === 0; }

  /** What is sent: what was read, field by field; before anything was read the text, with when it was typed.
   * @param {number} now_ms @param {string} by */
  act(now_ms, by) {
    const { reading, id } = this, isRead = this.isSound && reading;
    const terms = isRead ? sentOf(reading) : { ...this.asked(), said_ms: Math.round(now_ms) };
    return {
      id, ...this.target(), body: { ...terms, ...this.target().own, ...only({ by }) }, made_ms: now_ms,
      title: reading?.title || this.text.trim(), links: reading?.links || [],
    };
  }

  /** Where it goes, and by what name. */
  target() {
    const { row, id } = this;
    if (!row) return { closure: id, method: "POST", path: "closures", own: { closure_id: id } };
    const path = "closures/" + encodeURIComponent(row.id);
    return { closure: row.id, method: "PATCH", path, own: { version: row.version, act_id: id } };
  }
}

/** @param {Api.Reading} reading */
const sentOf = (reading) => ({
  ...Object.fromEntries(SENT.map((name) => [name, reading[name]])), ends_ms: reading.ends_ms,
});

/** The terms of a closure that stands. @param {Api.HandClosure} row @returns {Given} */
export const termsOf = (row) => ({
  cause: row.cause, closure: row.closure, lanes: row.lanes || "", direction: row.direction || "",
  reason: row.reason || "", starts_ms: row.starts_ms, ends_ms: row.ends_ms ?? null,
});

/** What there is of some values. @param {Record<string, unknown>} values */
const only = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value));

/** An id of our own: an act that is sent twice is one. */
export const newId = () => crypto.randomUUID();
