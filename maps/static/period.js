// When a work is, in words: its period, its daily hours, and why a begin or an end is not known.
import { endText, minuteText, shortDay, timeText } from "./times.js";
import { t } from "./words.js";

const UNREADABLE = {
  start: ["start_unreadable", "period_reversed"], end: ["end_unreadable", "period_reversed"],
};

/** @typedef {"start" | "end"} Which */
/** @param {Api.Period} row @param {Which} which */
function reason(row, which) {
  return row.flags?.some((flag) => UNREADABLE[which].includes(flag)) ? "unreadable" : "unstated";
}

/** A time as it is written, or the word in the place of one that is not known: 시작일 미확인, 종료일 미정.
 * @param {Api.Period} row @param {Which} which @param {(ms: number) => string} write */
function written(row, which, write) {
  const ms = which === "start" ? row.starts_ms : row.ends_ms;
  return ms === null || ms === undefined ? t(`period.${which}.${reason(row, which)}`) : write(ms);
}

/** @param {Api.Period} row */
export const beginText = (row) => written(row, "start", timeText);
/** @param {Api.Period} row */
export const untilText = (row) => written(row, "end", endText);
/** @param {Api.Period} row */
export const periodText = (row) => `${beginText(row)} ~ ${untilText(row)}`;
/** The period in days, "11-23 ~ 11-27", for lists; of one day its hours, "11-23 09:00~18:00".
 * @param {Api.Period} row */
export function daysText(row) {
  const begin = written(row, "start", shortDay), end = written(row, "end", (ms) => shortDay(ms - 1));
  if (begin !== end || !row.starts_ms || !row.ends_ms) return `${begin} ~ ${end}`;
  return `${begin} ${minuteText(row.starts_ms)}~${endText(row.ends_ms).slice(11)}`;
}

/** Why the begin or the end of a permit is not known, "" where both are. @param {Api.Period} row */
export function unknownText(row) {
  const gaps = /** @type {Which[]} */ ([]);
  if ((row.starts_ms ?? null) === null) gaps.push("start");
  if ((row.ends_ms ?? null) === null) gaps.push("end");
  const reasons = gaps.map((which) => reason(row, which));
  if (gaps.length === 2 && reasons[0] === reasons[1]) return t(`period.both.${reasons[0]}.why`);
  return gaps.map((which, k) => t(`period.${which}.${reasons[k]}.why`)).join(" ");
}

/** The first end a list gave, where it was put off since or is no longer known. @param {Api.Period} row */
export function firstEndText({ first_ends_ms, ends_ms }) {
  return first_ends_ms && first_ends_ms < (ends_ms ?? Infinity) ? endText(first_ends_ms) : "";
}

/** "09:00~12:00, 13:00~18:00"; of a night "22:00~다음 날 06:00". @param {Api.Text | undefined} hours */
export const hoursText = (hours) => (hours || "").split(",").map((text) => {
  const [begin, end, more] = text.trim().split("-").map((time) => time.trim());
  if (!begin || !end || more) return text.trim();
  return `${begin}~${end > begin ? end : t("period.next_day", { time: end })}`;
}).join(", ");
