// What both pages of the datasets say: states, grades, figures and fields in words.
import { el } from "../dom.js";
import { keyOf, t } from "../words.js";

/** @typedef {{column: string, meaning: string, unit: string, is_sum: boolean}} Shade */
/** @typedef {{id: string, title: string, title_en: string, field: string, grade: string, period: string,
 *   status: string, rows: number, kept: number, refused: number, on_map: number, at_ms: number | null,
 *   changed_ms: number | null, fresh: boolean, due_ms: number | null, draw: string, licence: string,
 *   owner: string, shade: Shade | null,
 *   has_data: boolean, is_simulated: boolean, version: string}} Dataset */

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/, SHORT = 22, DIGITS = { maximumFractionDigits: 6 };
const WELL = ["fresh", "empty"];

/** A field in the language of the page; a city may name others. @param {string} field */
export function fieldName(field) {
  const key = keyOf("data.field.", field);
  return key ? t(key) : field;
}

/** The title in the language of the page, where there is one.
 * @param {{title: string, title_en: string}} one */
export const titleOf = ({ title, title_en }) =>
  document.documentElement.lang === "en" && title_en || title;

/** Why a dataset has no rows: its source is set and brings none, or nobody has set one.
 * @param {{status: string}} one */
export const whyEmpty = ({ status }) => status === "no_data" ? "data.rows.empty" : "data.rows.away";

/** The group of a state: in order, to be looked at, or without data. @param {string} status */
export const groupOf = (status) =>
  status === "no_data" ? "no_data" : WELL.includes(status) ? "ok" : "trouble";

/** @param {number} n */
export const figure = (n) => n.toLocaleString(document.documentElement.lang, DIGITS);

/** The state, the grade where it is not open, and what stands beside them. @param {Dataset} one */
export function chipsOf({ status, grade, is_simulated }) {
  const chips = [chip("ds-chip", t("data.status." + status), { status, group: groupOf(status) })];
  if (grade !== "open") chips.push(chip("ds-chip", t("data.grade." + grade), { grade }));
  const isSaid = document.querySelector(".simulated"); // the page as a whole says it
  if (is_simulated && !isSaid) chips.push(chip("ds-chip", t("simulated"), {}));
  return chips;
}

/** @param {string} className @param {string} text @param {Record<string, string>} data */
function chip(className, text, data) {
  const element = el("span", className, text);
  Object.assign(element.dataset, data);
  return element;
}

/** A figure with its name; `isAsking` where somebody should look. @param {string} name @param {number} n
 * @param {boolean} isAsking */
export function figureRow(name, n, isAsking = false) {
  const row = el("div", isAsking && n ? "asks" : "");
  row.append(el("dt", "", t("data.figure." + name)), el("dd", "", figure(n)));
  return row;
}

/** What a column says, in a word or two, where its name is no word. @param {string} name
 * @param {{name: string, meaning: string}[]} columns */
export function shortMeaning(name, columns) {
  const { meaning = "" } = columns.find((column) => column.name === name) || {};
  return /^[\x20-\x7e]+$/.test(name) ? meaning.split(/[,:(]/)[0].trim() : "";
}

/** A table of words; a head may have a second line. @param {string[]} heads
 * @param {(string | number | null)[][]} rows
 * @param {boolean[]} areNumbers of each column @param {string} caption */
export function tableOf(heads, rows, areNumbers, caption) {
  const table = el("table"), top = el("thead"), head = el("tr"), body = el("tbody");
  for (const text of heads) {
    const [name, under] = text.split("\n");
    const cell = el("th", areNumbers[head.childElementCount] ? "number" : "");
    cell.append(name, ...under ? [el("small", "", under)] : []);
    cell.scope = "col";
    head.append(cell);
  }
  top.append(head);
  for (const row of rows) {
    const line = el("tr");
    line.append(...row.map((value, k) => {
      const text = textOf(value);
      return el("td", areNumbers[k] ? "number" : text.length <= SHORT ? "short" : "", text);
    }));
    body.append(line);
  }
  table.append(el("caption", "ds-quiet", caption), top, body);
  return table;
}

/** A moment of the API as "2026-11-03 14:00"; any other text as it is. @param {string} text */
export const dateText = (text) => MOMENT.test(text) ? text.slice(0, 16).replace("T", " ") : text;

/** @type {Record<string, (value: any) => string>} */
const WORDS = {
  boolean: (value) => t(value ? "data.yes" : "data.no"),
  number: (value) => figure(value),
  string: (value) => dateText(value),
  object: (value) => String(value.or_text ?? ""),
  undefined: () => "–",
};

/** A cell in words; unknown is a dash, never a zero. @param {unknown} value @returns {string} */
export function textOf(value) {
  const said = WORDS[typeof value];
  return value === null || value === "" ? "–" : said ? said(value) : String(value);
}
