// When a work is, in words: its period, its daily hours, and why a begin or an end is not known.
import { addWords, endText, shortDay, t, timeText } from "./words.js";

const UNREADABLE = { start: ["start_unreadable", "period_reversed"], end: ["end_unreadable", "period_reversed"] };

addWords({
  ko: {
    "period.start.unstated": "시작일 미확인", "period.start.unreadable": "시작일 미확인", "period.end.unstated": "종료일 미정", "period.end.unreadable": "종료일 미확인",
    "period.start.unstated.why": "시작하는 날은 목록에 없습니다.", "period.start.unreadable.why": "목록의 시작일을 읽지 못했습니다.",
    "period.end.unstated.why": "끝나는 날은 목록에 없습니다.", "period.end.unreadable.why": "목록의 종료일을 읽지 못했습니다.", "period.next_day": "다음 날 {time}",
    "period.both.unstated.why": "시작하는 날과 끝나는 날은 목록에 없습니다.", "period.both.unreadable.why": "목록의 시작일과 종료일을 읽지 못했습니다.",
  },
  en: {
    "period.start.unstated": "begin not stated", "period.start.unreadable": "begin not readable", "period.end.unstated": "end not stated", "period.end.unreadable": "end not readable",
    "period.start.unstated.why": "The list gives no begin.", "period.start.unreadable.why": "The begin in the list cannot be read.",
    "period.end.unstated.why": "The list gives no end.", "period.end.unreadable.why": "The end in the list cannot be read.", "period.next_day": "{time} next day",
    "period.both.unstated.why": "The list gives neither begin nor end.", "period.both.unreadable.why": "Begin and end in the list cannot be read.",
  },
});

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
