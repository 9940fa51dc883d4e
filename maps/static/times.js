// Times and days as the screens write them: Korean time, whatever the zone of the PC.
const zone = { timeZone: "Asia/Seoul" };
/** @type {Intl.DateTimeFormatOptions} */
const toMinute = { ...zone, hour: "2-digit", minute: "2-digit" };
const clock = new Intl.DateTimeFormat("en-GB", { ...toMinute, second: "2-digit" });
const minute = new Intl.DateTimeFormat("en-GB", toMinute);
const day = new Intl.DateTimeFormat("en-CA", { ...zone, year: "numeric", month: "2-digit", day: "2-digit" });

/** "09:00:00" @param {number} ms */
export const clockText = (ms) => clock.format(ms);
/** "09:00" @param {number} ms */
export const minuteText = (ms) => minute.format(ms);
/** "2026-11-23" @param {number} ms */
export const dayText = (ms) => day.format(ms);
/** "2026-11-23 09:00" @param {number} ms */
export const timeText = (ms) => `${day.format(ms)} ${minute.format(ms)}`;
/** An end is exclusive: a period that ends at midnight reads as the day before, 24:00. @param {number} ms */
export const endText = (ms) => minute.format(ms) === "00:00" ? `${day.format(ms - 1)} 24:00` : timeText(ms);

/** "11-23" in this year, "2027-01-14" in another. @param {number} ms */
export function shortDay(ms) {
  const text = day.format(ms);
  return text.slice(0, 4) === day.format(Date.now()).slice(0, 4) ? text.slice(5) : text;
}

/** "14:02" today, "11-22 14:02" on another day. @param {number} ms */
export function whenText(ms) {
  return dayText(ms) === dayText(Date.now()) ? minuteText(ms) : `${shortDay(ms)} ${minuteText(ms)}`;
}

/** Orders by a time of which some are not known: those come last. @param {Api.Time} a @param {Api.Time} b */
export const byTime = (a, b) => (a ?? Infinity) === (b ?? Infinity) ? 0 : (a ?? Infinity) - (b ?? Infinity);
