// One access record as a row of the table; on a narrow screen the row is a card with the columns' names.
import { el } from "../dom.js";
import { dayText, clockText } from "../times.js";
import { t, wordOr } from "../words.js";

/** @typedef {{offset: number, at_ms: number, account: string, address: string, action: string,
 *   subject_kind?: string, subject?: string, count: number, reason?: string}} AccessRecord */

/** What stands in each column; its name is that of the column's word.
 * @type {Record<string, (record: AccessRecord) => string>} */
const COLUMNS = {
  "records.at": ({ at_ms }) => `${dayText(at_ms)} ${clockText(at_ms)}`,
  "records.account": ({ account }) => account || t("records.nobody"),
  "records.action": ({ action }) => t("access." + action),
  "records.does": ({ subject_kind: verb = "" }) => wordOr("does." + verb, verb),
  "records.subject": ({ subject = "" }) => subject,
  "records.count": ({ count }) => String(count),
  "records.reason": ({ reason = "" }) => reason,
  "records.address": ({ address }) => address,
  "records.offset": ({ offset }) => String(offset),
};
const NUMBERS = ["records.count", "records.offset"];

/** @param {AccessRecord} record */
export function rowOf(record) {
  const row = el("tr");
  row.setAttribute("role", "row"); // a style that makes a card of it takes its own role away
  row.dataset.offset = String(record.offset);
  row.dataset.action = record.action;
  for (const [name, write] of Object.entries(COLUMNS)) {
    const text = write(record), cell = el("td", NUMBERS.includes(name) ? "number" : "", text);
    cell.dataset.name = t(name);
    cell.setAttribute("role", "cell");
    if (!text) cell.className = "empty";
    row.append(cell);
  }
  return row;
}
