// The figures of the wall, counted from the picture of now. Pure.
import { byPermit } from "../map/kinds/permits.js";
import { isOpen } from "../map/situations/sorting.js";
import { signOf } from "../signs.js";

/** Situations that wait, of these the critical ones, and all that stand; closures now, of these full ones.
 * @typedef {{waiting: number, critical: number, standing: number, closures: number, full: number}} Figures */

/** @param {Ui.Rows} rows @param {number} now_ms @returns {Figures} */
export function figuresOf(rows, now_ms) {
  const standing = [...rows.situation.values()].filter(({ alert }) => alert);
  const waiting = standing.filter((row) => isOpen(row, now_ms));
  const closures = closuresOf(rows);
  return {
    waiting: waiting.length,
    critical: waiting.filter(({ severity }) => severity === "critical").length,
    standing: standing.length,
    closures: closures.length,
    full: closures.filter((sign) => sign === "full").length,
  };
}

/** What takes lanes now, each once: permits at work, incidents that are not over, closures by hand.
 * @param {Ui.Rows} rows */
function closuresOf({ work, incident, closure }) {
  const works = [...work.values()].filter(({ phase }) => phase === "active" || phase === "overdue");
  const signs = [
    ...byPermit(works).map((spots) => gravest(spots.map((spot) => signOf(spot.closure)))),
    ...[...incident.values()].filter(({ ended }) => !ended).map((row) => signOf(row.closure || "unknown")),
    ...[...closure.values()].filter(({ phase }) => phase === "active")
      .map((row) => signOf(/** @type {Api.Closure} */ (row.closure))),
  ];
  return signs.filter((sign) => sign !== "minor");
}

/** @param {Ui.Sign[]} signs */
const gravest = (signs) => signs.includes("full") ? "full" : signs.includes("partial") ? "partial" : "minor";
