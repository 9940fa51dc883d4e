// What stands in a cell of a statistic, in words. Null is not known, which is never 0.
import { localized, t, wordOr } from "../words.js";

/** @typedef {Api.StatisticColumn} Column */
/** @typedef {string | number | null} Value */

/** @type {Record<string, (value: Value, column: Column) => string>} */
const WRITTEN = {
  word: (value, { words }) => wordOr(words + value, String(value)),
  weekday: (value) => t("stats.weekday." + value),
  hour: (value) => t("stats.hour", { n: value }),
  text: (value) => String(value) || t("stats.nameless"),
};
const TEXTS = ["word", "text", "month"];

/** @param {Column} column @param {Value} value */
export function cellText(column, value) {
  if (value === null) return t(column.unit === "rank" ? "stats.no_rank" : "stats.unknown");
  const write = WRITTEN[column.unit];
  return write ? write(value, column) : typeof value === "number" ? numberText(value) : value;
}

/** "1,234.5" @param {number} value */
export const numberText = (value) => value.toLocaleString("en-US", { maximumFractionDigits: 2 });

/** @param {Column} column */
export const isNumber = (column) => !TEXTS.includes(column.unit);

/** The heading of a column in the language chosen. @param {Column} column */
export const headingOf = (column) => localized(column, "title");

/** The place of a column by its name, -1 for none. @param {Api.StatisticFigure} figure
 * @param {string} name */
export const placeOf = (figure, name) =>
  figure.columns.findIndex((column) => column.name === name);

/** The text of a row's cell by the column's name, "" for no column.
 * @param {Api.StatisticFigure} figure @param {Value[]} row @param {string} name */
export function textAt(figure, row, name) {
  const at = placeOf(figure, name);
  return at < 0 ? "" : cellText(figure.columns[at], row[at]);
}

/** The number of a row's cell, null where none is known. @param {Api.StatisticFigure} figure
 * @param {Value[]} row @param {string} name */
export function numberAt(figure, row, name) {
  const at = placeOf(figure, name), value = at < 0 ? null : row[at];
  return typeof value === "number" ? value : null;
}

/** All of a row in words: what a reader hears of a point. @param {Api.StatisticFigure} figure
 * @param {Value[]} row */
export const rowText = (figure, row) => figure.columns
  .map((column, k) => isNumber(column) && !["hour", "weekday"].includes(column.unit)
    ? `${headingOf(column)} ${cellText(column, row[k])}` : cellText(column, row[k]))
  .join(" · ");
