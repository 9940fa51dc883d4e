// What whoever reads by ear is told of new situations: a burst in one sentence, none too soon after another.
import { localized, t, wordOr } from "../../words.js";

const GATHER_MS = 600, PAUSE_MS = 5000;

export class Announcer {
  waiting = /** @type {Api.Situation[]} */ ([]);
  timer = /** @type {ReturnType<typeof setTimeout> | undefined} */ (undefined);
  said_ms = -Infinity;

  /** @param {{textContent: string | null}} place a live region @param {string} key of its words
   * @param {(first: Api.Situation) => string} ruleOf what the rule calls it */
  constructor(place, key, ruleOf) {
    this.place = place;
    this.key = key;
    this.ruleOf = ruleOf;
  }

  /** These are new, the gravest first. @param {Api.Situation[]} rows */
  add(rows) {
    if (!rows.length) return;
    this.waiting.push(...rows);
    const pause_ms = this.said_ms + PAUSE_MS - performance.now();
    this.timer ??= setTimeout(() => this.say(), Math.max(GATHER_MS, pause_ms));
  }

  say() {
    const [first] = this.waiting, n = this.waiting.length, rule = this.ruleOf(first);
    const values = { rule: wordOr("rule." + rule, rule), title: localized(first, "title"), n };
    this.timer = undefined;
    this.waiting = [];
    this.said_ms = performance.now();
    this.place.textContent = t(n > 1 ? this.key + ".more" : this.key, values);
  }
}

/** Those that wait for somebody and did not, or not as gravely. @param {Api.Situation[]} open
 * @param {Map<string, Api.Situation>} known */
export function freshOf(open, known) {
  const fresh = open.filter(({ id, severity }) => known.get(id)?.severity !== severity);
  const isCritical = (/** @type {Api.Situation} */ { severity }) => severity === "critical";
  const others = fresh.filter((row) => !isCritical(row) && known.get(row.id)?.severity !== "critical");
  return { critical: fresh.filter(isCritical), others };
}
