// Which situations the system tells somebody who looks elsewhere, and how loud. Pure.
import { SEVERITIES } from "../../gravity.js";
import { isOpen } from "../situations/sorting.js";

/** @typedef {"none" | "critical" | "all"} Loud */
/** What this browser was told to tell: severities, and kinds left out. @typedef {{isOn: boolean,
 *   severities: string[], muted: string[], sound: Loud}} Rules */
/** @typedef {{begun: Api.Situation[], over: string[]}} News */

/** @type {Loud[]} */
export const LOUD = ["none", "critical", "all"];
/** The kinds that can be left out: the rules of alerts. */
export const RULES = [
  "closure", "jam", "slowdown", "clash", "overdue", "unseen", "detour", "discrepancy", "reports", "feed",
];
/** @type {Rules} */
const FIRST = { isOn: false, severities: ["critical", "warning"], muted: [], sound: "critical" };

/** What a browser has kept; what cannot be read is as at first.
 * @param {string | null} text @returns {Rules} */
export function rulesIn(text) {
  const found = parsed(text);
  /** @param {unknown} value @param {string[]} known */
  const list = (value, known) =>
    Array.isArray(value) ? known.filter((name) => value.includes(name)) : null;
  return {
    isOn: found.isOn === true,
    severities: list(found.severities, SEVERITIES) ?? FIRST.severities,
    muted: list(found.muted, RULES) ?? FIRST.muted,
    sound: LOUD.find((name) => name === found.sound) ?? FIRST.sound,
  };
}

/** @param {string | null} text @returns {Record<string, unknown>} */
function parsed(text) {
  try { return Object(JSON.parse(text || "{}")); } catch { return {}; }
}

/** Whether the rules ask for a situation: one of its kinds that is not left out is enough.
 * @param {Rules} rules @param {Api.Situation} row */
export const isWanted = ({ isOn, severities, muted }, { severity, facts }) => isOn
  && severities.includes(severity) && facts.some(({ asks, rule }) => asks && !muted.includes(rule));

/** @param {Rules} rules @param {Api.Situation} row */
export const isLoud = ({ sound }, { severity }) =>
  sound === "all" || sound === "critical" && severity === SEVERITIES[0];

/** What waits for somebody, looked at again and again. The first look tells nothing: all of that was so. */
export class Watch {
  waiting = /** @type {Map<string, Api.Situation> | null} */ (null);

  /** What waits now and did not, or was less grave; and what waits no more. What others have gone into
   * another is no news. @param {Api.Situation[]} rows @param {number} now_ms @returns {News} */
  look(rows, now_ms) {
    const before = this.waiting, waiting = rows.filter((row) => isOpen(row, now_ms));
    this.waiting = new Map(waiting.map((row) => [row.id, row]));
    if (!before) return { begun: [], over: [] };
    const rank = rankOfFacts(before.values());
    return {
      begun: waiting.filter((row) => rankOf(row) < (before.has(row.id) ? rankOf(before.get(row.id))
        : Math.max(...row.facts.map(({ id }) => rank.get(id) ?? Infinity)))),
      over: [...before.keys()].filter((id) => !this.waiting?.has(id)),
    };
  }
}

/** @param {Api.Situation} [row] */
const rankOf = (row) => row ? SEVERITIES.indexOf(row.severity) : Infinity;

/** How grave the situation of each fact was. @param {Iterable<Api.Situation>} rows */
const rankOfFacts = (rows) =>
  new Map([...rows].flatMap((row) => row.facts.map(({ id }) => [id, rankOf(row)])));
