// When a work is, in words: its period, its daily hours, and why a begin or an end is not known.
import { endText, shortDay, t, timeText } from "./words.js";

const UNREADABLE = { start: ["start_unreadable", "period_reversed"], end: ["end_unreadable", "period_reversed"] };

const reason = (row, which) => (row.flags || []).some((flag) => UNREADABLE[which].includes(flag)) ? "unreadable" : "unstated";
const isKnown = (ms) => ms !== null && ms !== undefined;
/** The word in the place of a time that is not known: 시작일 미확인, 종료일 미정. */
const gap = (row, which) => t(`period.${which}.${reason(row, which)}`);

export const beginText = (row) => isKnown(row.starts_ms) ? timeText(row.starts_ms) : gap(row, "start");
export const untilText = (row) => isKnown(row.ends_ms) ? endText(row.ends_ms) : gap(row, "end");
export const periodText = (row) => `${beginText(row)} ~ ${untilText(row)}`;
/** The period in days, "11-23 ~ 11-27", for lists. */
export const daysText = (row) => [
  isKnown(row.starts_ms) ? shortDay(row.starts_ms) : gap(row, "start"), isKnown(row.ends_ms) ? shortDay(row.ends_ms - 1) : gap(row, "end"),
].join(" ~ ");

/** Why the begin or the end of a permit is not known, "" where both are. */
export function unknownText(row) {
  const gaps = [["start", row.starts_ms], ["end", row.ends_ms]].filter(([, ms]) => !isKnown(ms)).map(([which]) => which);
  const isSame = gaps.length === 2 && reason(row, "start") === reason(row, "end");
  return (isSame ? ["both"] : gaps).map((which) => t(`period.${which}.${reason(row, which === "both" ? "end" : which)}.why`)).join(" ");
}

/** The first end a list gave, where it has been put off since or is no longer known. */
export const firstEndText = (row) => row.first_ends_ms && (!isKnown(row.ends_ms) || row.first_ends_ms < row.ends_ms) ? endText(row.first_ends_ms) : "";

/** "09:00~12:00, 13:00~18:00"; of a night "22:00~다음 날 06:00". */
export const hoursText = (hours) => (hours || "").split(",").map((span) => {
  const [begin, end, more] = span.trim().split("-").map((time) => time.trim());
  if (!begin || !end || more) return span.trim();
  return `${begin}~${end > begin ? end : t("period.next_day", { time: end })}`;
}).join(", ");

/** Orders by a time of which some are not known: those come last. */
export const byTime = (a, b) => (a ?? Infinity) === (b ?? Infinity) ? 0 : (a ?? Infinity) - (b ?? Infinity);
