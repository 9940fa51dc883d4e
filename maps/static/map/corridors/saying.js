// What is said of a corridor: its time, what is usual, where time is lost; nothing where too little is known.
import { minuteText } from "../../times.js";
import { languages, t } from "../../words.js";

const SHORT_S = 120;

/** "14분", below two minutes "1분 30초" @param {number | null | undefined} seconds */
export function spanText(seconds) {
  if (seconds === null || seconds === undefined) return t("corridors.unknown");
  const [m, s] = [Math.floor(seconds / 60), Math.round(seconds % 60)];
  if (seconds < SHORT_S) return t("corridors.seconds", { m, s });
  return t("corridors.minutes", { n: Math.round(seconds / 60) });
}

/** Its name in a language, else from where to where. @param {Api.Corridor} row @param {string} lang */
export function nameOf({ name, name_en, start, goal, typed }, lang) {
  const own = lang === languages()[0] ? name : name_en || name;
  return own || `${start || typed[0]} → ${goal || typed[1]}`;
}

/** @param {Api.Corridor} row */
export function timeText(row) {
  return (row.time_s ?? null) === null ? t("corridors.unknown") : spanText(row.time_s);
}

/** How it stands to the usual. @param {Api.Corridor} row */
export function usualText({ usual_s, usual_low_s, usual_high_s }) {
  if ((usual_s ?? null) === null) return t("corridors.usual.unknown");
  const [low, high] = [usual_low_s, usual_high_s].map((s) => Math.round((s ?? usual_s ?? 0) / 60));
  return t("corridors.usual", { span: spanText(usual_s), low, high });
}

const WORTH_S = 60;

/** How bad the delay is: "" none, "late", "very". @param {Api.Corridor} row */
export function delayOf({ delay_s, usual_s, usual_high_s }) {
  if ((delay_s ?? 0) < WORTH_S || !usual_s) return "";
  return usual_s + (delay_s ?? 0) > Math.max(usual_high_s ?? 0, usual_s * 1.5) ? "very" : "late";
}

/** @param {Api.Corridor} row */
export function delayText(row) {
  const { delay_s } = row;
  if ((delay_s ?? null) === null) return "";
  return delayOf(row) ? t("corridors.later", { span: spanText(delay_s) }) : t("corridors.as_usual");
}

/** Where time is lost, the worst first. @param {Api.Corridor} row */
export function whereText({ delays = [] }) {
  const places = delays.map(({ name, delay_s }) => `${name} +${spanText(delay_s)}`);
  return places.length ? t("corridors.where", { places: places.join(", ") }) : "";
}

/** How much of it is measured, and from where on a time is said. @param {Api.Corridor} row
 * @param {number} from */
export function shareText({ measured_share = 0 }, from) {
  const shares = { share: Math.round(measured_share * 100), from: Math.round(from * 100) };
  return t(measured_share < from ? "corridors.share.low" : "corridors.share", shares);
}

/** Why there is no way. @param {Api.Corridor} row @returns {string} "" where there is one */
export function faultText({ fault, fault_of = "", choices = [], typed }) {
  if (!fault) return "";
  return t("corridors.fault." + fault, {
    name: fault_of, choices: choices.join(", "), start: typed[0], goal: typed[1],
  });
}

/** What a server's refusal says in a language, and the field it is about: its message has each language,
 * " / " between, and begins with `from='...': ` where a field is at fault.
 * @param {string} message @param {string} lang */
export function refusalIn(message, lang) {
  const parts = message.split(" / "), half = Math.ceil(parts.length / 2);
  const text = (lang === languages()[0] ? parts.slice(0, half) : parts.slice(half)).join(" / ") || message;
  const [start = "", name = ""] = /^(from|to)=('[^']*'|"[^"]*"): /.exec(text) || [];
  return { name, text: text.slice(start.length) };
}

/** A day of a corridor as a chart and a table show it, in minutes. @param {Api.Corridors} body
 * @param {Api.Corridor} row @returns {Ui.ChartDay} */
export function chartOf({ times_ms, now_ms }, row) {
  const none = times_ms.map(() => null), times = [...times_ms], last = times.length - 1;
  const line = times.map((_, k) => minutes(row.day_s?.[k]));
  times[last] = Math.max(times[last - 1] ?? 0, Math.min(times[last], now_ms));
  if (line[last] === null) line[last] = minutes(row.time_s);
  return {
    times, line, usual: none, low: none, high: none, ticks: [], closed: [], now_ms, least: 2,
    unit: t("corridors.unit"),
    said: (k) => `${minuteText(times[k])} · ${lineText(line[k])}`,
  };
}

/** @param {number | null | undefined} seconds */
const minutes = (seconds) => (seconds ?? null) === null ? null : Math.round((seconds ?? 0) / 6) / 10;

/** @param {number | null} value minutes */
const lineText = (value) => value === null ? t("corridors.unknown") : spanText(value * 60);

/** The rows of the table, the newest first. @param {Ui.ChartDay} day */
export const rowsOf = ({ times, line }) =>
  times.map((ms, k) => [minuteText(ms), lineText(line[k])]).reverse();
