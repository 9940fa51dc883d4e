// The lines of a sheet, as the screen and the paper have them: texts are text, never markup.
import { dayText, minuteText } from "../times.js";
import { el } from "../dom.js";
import { localized, t } from "../words.js";

/** @typedef {{act: string, by: string, at_ms: number, words: string, to: string}} Done */
/** @typedef {{at_ms: number, until_ms: number, text: Record<string, string>, mark: string,
 *   done: Done[]}} Line */
/** @typedef {{part: string, total: number, lines: Line[]}} Section */
/** @typedef {{note_id: string, by: string, at_ms: number, text: string, version: number}} Note */
/** @typedef {{from_ms: number, until_ms: number, next_ms: number, figures: Record<string, number>,
 *   sections: Section[], notes: Note[], is_simulated: boolean}} Sheet */
/** @typedef {{by: string, at_ms: number, digest: string, is_typed: boolean}} Signature */
/** @typedef {{id: string, from_ms: number, until_ms?: number, state: string, notes?: number,
 *   handed?: Signature, taken?: Signature}} Head */
/** @typedef {{now_ms: number, id: string, from_ms: number, until_ms?: number, state: string,
 *   is_current: boolean, sheet: Sheet, digest: string, notes?: {note_id: string, versions: Note[]}[],
 *   handed?: Signature, taken?: Signature, withdrawn?: Signature[], is_renamed?: boolean}} ShiftBody */

/** The parts of a sheet that tell of the past and of what is to come, in the order of the screen. */
export const PARTS = ["ahead", "standing", "ended", "closures", "outages"];
const SEVERITIES = ["critical", "warning", "notice"];

/** "14:02" on the sheet's last day, "11-22 14:02" on another. @param {number} ms @param {Sheet} sheet */
export function timeIn(ms, sheet) {
  const day = dayText(ms);
  return day === dayText(sheet.until_ms) ? minuteText(ms) : `${day.slice(5)} ${minuteText(ms)}`;
}

/** From when to when; what goes on has no end. @param {Line} line @param {Sheet} sheet
 * @param {string} part */
export function spanOf({ at_ms, until_ms }, sheet, part) {
  const begin = timeIn(at_ms, sheet);
  if (part === "ahead") return begin;
  return `${begin}~${until_ms ? timeIn(until_ms, sheet) : ""}`;
}

/** The word for how grave or how far something is. @param {string} mark */
export const markWord = (mark) => SEVERITIES.includes(mark) ? t("book.mark." + mark) : "";

/** What somebody did, in words. @param {Done} done @param {Sheet} sheet */
export function doneText({ act, by, at_ms, words, to }, sheet) {
  const text = t("book.done." + act, { by, to, time: timeIn(at_ms, sheet) });
  return words ? `${text}: ${words}` : text;
}

/** @param {Line} line @param {Sheet} sheet */
export const doneOf = (line, sheet) => line.done.map((done) => doneText(done, sheet));

/** @param {Line} line */
export const textOf = (line) => localized(line.text);

/** The parts of a sheet by name, each there. @param {Sheet} sheet @returns {Section[]} */
export const sectionsOf = (sheet) => PARTS.map((part) =>
  sheet.sections.find((section) => section.part === part) || { part, total: 0, lines: [] });

/** The figures of a sheet in words: what is counted, how many, and whether it asks for somebody.
 * @param {Sheet} sheet @returns {[string, string, boolean][]} */
export function figuresOf(sheet) {
  const { figures } = sheet, sections = sectionsOf(sheet);
  /** @param {string} name */
  const n = (name) => figures[name] || 0;
  /** @param {string} part */
  const total = (part) => String(sections[PARTS.indexOf(part)].total);
  const oldest_ms = n("calls_oldest_ms"), unseen = n("situations_unseen");
  const oldest = oldest_ms ? t("book.calls.oldest", { time: timeIn(oldest_ms, sheet) }) : "";
  const waiting = [String(n("calls_waiting")), oldest].filter(Boolean).join(" ");
  return [
    [t("book.figure.standing"), t("book.standing.n", { n: n("situations_standing"), unseen }), unseen > 0],
    [t("book.figure.begun"), String(n("situations_begun")), false],
    [t("book.figure.ended"), String(n("situations_ended")), false],
    [t("book.figure.closures"), total("closures"), false],
    [t("book.figure.outages"), total("outages"), false],
    [t("book.figure.calls"), t("book.calls.n", { taken: n("calls_taken"), done: n("calls_done") }), false],
    [t("book.figure.waiting"), waiting, n("calls_waiting") > 0],
  ];
}

/** A line of the screen. @param {Line} line @param {Sheet} sheet @param {string} part */
export function rowOf(line, sheet, part) {
  const row = el("li", "book-row"), said = el("div", "book-text");
  row.dataset.mark = line.mark;
  const word = markWord(line.mark);
  if (word) said.append(el("b", "book-mark", word), " ");
  said.append(el("span", "", textOf(line)));
  for (const text of doneOf(line, sheet)) said.append(el("small", "book-done", text));
  row.append(el("time", "", spanOf(line, sheet, part)), said);
  return row;
}
