// Which situations the list shows, and in what order. Pure.
import { SEVERITIES } from "../../gravity.js";
import { feedName, textsOf } from "../../words.js";

/** @typedef {"alerts" | "open" | "snoozed" | "information" | "all"} Shown */
/** @typedef {"gravest" | "newest" | "oldest"} Order */

/** @type {Shown[]} */
export const SHOWN = ["alerts", "open", "snoozed", "information", "all"];
/** @type {Order[]} */
export const ORDERS = ["gravest", "newest", "oldest"];

/** Whether somebody put it off until later than now. @param {Api.Situation} row @param {number} now_ms */
export const isAsleep = ({ acknowledged, snoozed_until_ms }, now_ms) =>
  !acknowledged && (snoozed_until_ms || 0) > now_ms;
/** Whether it waits for somebody now. @param {Api.Situation} row @param {number} now_ms */
export const isOpen = (row, now_ms) => row.alert && !row.acknowledged && !isAsleep(row, now_ms);

/** @type {Record<Shown, (row: Api.Situation, now_ms: number) => boolean>} */
const PASSES = {
  alerts: ({ alert }) => alert,
  open: isOpen,
  snoozed: isAsleep,
  information: ({ alert }) => !alert,
  all: () => true,
};

/** Whether every word of a search stands in a row, without regard to spaces and case.
 * @param {Api.Situation} row @param {string} query */
export function holds(row, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return true;
  const said = [
    ...Object.values(textsOf(row, "title")),
    ...row.facts.flatMap((fact) => [...Object.values(textsOf(fact, "text")), fact.subject]),
    ...row.sources.map(feedName), ...(row.notes || []).map(({ note }) => note), row.assigned,
  ].join(" ").toLowerCase().replace(/\s+/g, "");
  return words.every((word) => said.includes(word));
}

/** The rows that are asked for, in order: what waits for a person stands first.
 * @param {Api.Situation[]} rows @param {{show: Shown, order: Order, query: string}} asked
 * @param {number} now_ms */
export function listed(rows, { show, order, query }, now_ms) {
  const found = rows.filter((row) => PASSES[show](row, now_ms) && holds(row, query));
  return found.sort((a, b) => byOrder(a, b, order, now_ms) || (a.id < b.id ? -1 : 1));
}

/** @param {Api.Situation} a @param {Api.Situation} b @param {Order} order @param {number} now_ms */
function byOrder(a, b, order, now_ms) {
  if (order === "oldest") return a.since_ms - b.since_ms;
  const newest = b.newest_ms - a.newest_ms;
  return order === "newest" ? newest : group(a, now_ms) - group(b, now_ms) || newest;
}

/** @param {Api.Situation} row @param {number} now_ms */
function group(row, now_ms) {
  if (isOpen(row, now_ms)) return row.severity === SEVERITIES[0] ? 0 : 1;
  return !row.alert ? 4 : row.acknowledged ? 2 : 3;
}
