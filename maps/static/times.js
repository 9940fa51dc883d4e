// Times and days as the screens write them: Korean time, whatever the zone of the PC.
export const ZONE_MS = 9 * 3_600_000; // Korea is 9 h ahead all year

/** "2026-11-23" and "09:00:00" in Korea; a date's own text is far cheaper than a formatter of the browser.
 * @param {number} ms */
const partsOf = (ms) => new Date(ms + ZONE_MS).toISOString().slice(0, -5).split("T");

/** "09:00:00" @param {number} ms */
export const clockText = (ms) => partsOf(ms)[1];
/** "09:00" @param {number} ms */
export const minuteText = (ms) => clockText(ms).slice(0, 5);
/** "2026-11-23" @param {number} ms */
export const dayText = (ms) => partsOf(ms)[0];
/** "2026-11-23 09:00" @param {number} ms */
export const timeText = (ms) => `${dayText(ms)} ${minuteText(ms)}`;
/** "2026-11-23T09:00:00", for an address. @param {number} ms */
export const stampText = (ms) => partsOf(ms).join("T");
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/;
/** The time of such a text, null where it is none. @param {string} text */
export function timeOf(text) {
  const ms = STAMP.test(text) ? Date.parse(text + (text.length < 19 ? ":00Z" : "Z")) - ZONE_MS : NaN;
  return Number.isNaN(ms) ? null : ms;
}

/** An end is exclusive: a period that ends at midnight reads as the day before, 24:00. @param {number} ms */
export const endText = (ms) => minuteText(ms) === "00:00" ? `${dayText(ms - 1)} 24:00` : timeText(ms);

/** "11-23" in this year, "2027-01-14" in another. @param {number} ms */
export function shortDay(ms) {
  const text = dayText(ms);
  return text.slice(0, 4) === dayText(Date.now()).slice(0, 4) ? text.slice(5) : text;
}

/** "14:02" today, "11-22 14:02" on another day. @param {number} ms */
export function whenText(ms) {
  return dayText(ms) === dayText(Date.now()) ? minuteText(ms) : `${shortDay(ms)} ${minuteText(ms)}`;
}

/** Orders by a time of which some are not known: those come last. @param {Api.Time} a @param {Api.Time} b */
export const byTime = (a, b) => (a ?? Infinity) === (b ?? Infinity) ? 0 : (a ?? Infinity) - (b ?? Infinity);
