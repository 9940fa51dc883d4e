// A day of a link as a chart and a table show it, without a chart: what is drawn, and what is said of it.
import { minuteText } from "../../times.js";
import { t } from "../../words.js";

/** What is drawn of a day. `now_kmh` is what the card shows now, below 0 where nothing is: the quarter hour
 * that still runs ends with it. @param {Api.LinkDay} day @param {number} now_kmh @returns {Ui.ChartDay} */
export function chartOf(day, now_kmh = -1) {
  const times = [...day.times_ms], line = [...day.speed_kmh], last = times.length - 1;
  if (day.at_ms <= day.now_ms) times[last] = Math.max(times[last - 1] ?? 0, Math.min(times[last], day.at_ms));
  if (now_kmh >= 0 && line[last] === null) line[last] = now_kmh;
  return {
    times, line, usual: day.usual_kmh, low: day.usual_low_kmh, high: day.usual_high_kmh,
    ticks: day.passages, closed: (day.closures || []).map((row) => closedBar(row, day)),
    now_ms: day.now_ms, unit: "km/h", said: (k) => said(day, times, line, k),
  };
}

/** @param {Api.DayClosure} row @param {Api.LinkDay} day */
function closedBar({ from_ms, until_ms, closure, is_planned }, day) {
  return { from_ms, until_ms: until_ms ?? day.at_ms, closure, isPlanned: is_planned === true };
}

/** What is known of a quarter hour. @param {Api.LinkDay} day @param {number[]} times
 * @param {(number | null)[]} line @param {number} k */
function said(day, times, line, k) {
  const parts = [minuteText(times[k]), speedText(line[k]), usualText(day, k)];
  if (day.passages[k]) parts.push(t("day.passed", { n: day.passages[k] }));
  const closed = closedAt(day, times[k]);
  if (closed) parts.push(closed);
  return parts.filter(Boolean).join(" · ");
}

/** @param {number | null} kmh */
const speedText = (kmh) => kmh === null ? t("day.unknown") : `${Math.round(kmh)} km/h`;

/** "평소 30 km/h (25–35)" @param {Api.LinkDay} day @param {number} k */
function usualText({ usual_kmh, usual_low_kmh, usual_high_kmh }, k) {
  const usual = usual_kmh[k];
  if (usual === null) return t("day.usual.unknown");
  const [low, high] = [usual_low_kmh[k] ?? usual, usual_high_kmh[k] ?? usual].map(Math.round);
  return t("day.usual", { kmh: Math.round(usual), low, high });
}

/** @param {number | null} kmh */
const figure = (kmh) => kmh === null ? t("day.unknown") : String(Math.round(kmh));

/** "30 (25–35)", under a head that names the unit. @param {Api.LinkDay} day @param {number} k */
function usualFigures({ usual_kmh, usual_low_kmh, usual_high_kmh }, k) {
  if (usual_kmh[k] === null) return t("day.unknown");
  return `${figure(usual_kmh[k])} (${figure(usual_low_kmh[k])}–${figure(usual_high_kmh[k])})`;
}

/** The closures in force as a quarter hour ends. @param {Api.LinkDay} day @param {number} ms */
export function closedAt({ closures = [], at_ms }, ms) {
  const here = closures.filter(({ from_ms, until_ms }) => from_ms < ms && ms <= (until_ms ?? at_ms));
  const words = here.map((row) => {
    const closure = t("closure." + row.closure);
    return row.is_planned ? t("day.planned", { closure }) : closure;
  });
  return [...new Set(words)].join(", ");
}

/** The rows of the table behind a chart, the newest first. @param {Api.LinkDay} day
 * @param {Ui.ChartDay} chart @returns {string[][]} */
export function rowsOf(day, { times, line }) {
  return times.map((ms, k) => [
    minuteText(ms), figure(line[k]), usualFigures(day, k), String(day.passages[k]), closedAt(day, ms) || "–",
  ]).reverse();
}

/** What is to be known of a day before it is read. @param {Api.LinkDay} day
 * @param {boolean} isMeasured whether its line has any value, that of now too */
export function noteOf({ is_known, usual_kmh, source }, isMeasured) {
  if (source === "history") return t(isMeasured ? "day.from_history" : "moment.detail.no_record");
  if (!isMeasured) return t(is_known ? "day.none" : "day.never");
  return usual_kmh.every((kmh) => kmh === null) ? t("day.no_usual") : "";
}
