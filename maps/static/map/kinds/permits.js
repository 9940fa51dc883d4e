// What works have in common: which phase they are in, whether they are over, and which are one permit's.
import { byClosure, byPhase } from "../../gravity.js";
import { byTime } from "../../times.js";

/** @type {Record<Api.Phase, Ui.Style>} */
const STYLE_OF = {
  active: "solid", overdue: "late", paused: "dashed",
  planned: "hollow", finished: "hollow", cancelled: "hollow",
};

/** @param {Api.Phase} phase */
export const styleOf = (phase) => STYLE_OF[phase] || "hollow";

/** Does a work belong to the phase asked for? Outside its daily hours or past its end it is still going on.
 * @param {Api.Work} work @param {string} phase */
export function isInPhase(work, phase) {
  if (phase === "active") return ["active", "paused", "overdue"].includes(work.phase);
  return phase === "all" || work.phase === phase;
}

/** @param {Api.Work} work */
export const isOver = (work) => work.phase === "finished" || work.phase === "cancelled";

/** @param {Api.Work} work */
export const isPlaced = (work) =>
  work.placed_by !== "nowhere" && (work.lon !== null || work.links.length > 0);

/** What makes dig spots one permit's: title, period and organisation. A work without a title stands alone.
 * @param {Api.Work} work */
export function permitOf(work) {
  return work.title ? [work.title, work.starts_ms, work.ends_ms, work.organisation].join("\n") : work.id;
}

/** Works as lists of one permit's dig spots, in the order of their first. @param {Api.Work[]} works */
export function byPermit(works) {
  const permits = /** @type {Map<string, Api.Work[]>} */ (new Map());
  for (const work of works) {
    const key = permitOf(work);
    permits.set(key, [...permits.get(key) || [], work]);
  }
  return [...permits.values()];
}

/** What is happening now before what will, what closes more before what closes less; unknown times last.
 * @param {Api.Work} a @param {Api.Work} b */
export function byGravity(a, b) {
  return byPhase(a, b) || byClosure(a, b) || byTime(a.starts_ms, b.starts_ms) || byTime(a.ends_ms, b.ends_ms)
    || (a.id < b.id ? -1 : 1);
}
