// The list of clashes: asked for, not pushed, for the server works out their words.
import { getJson } from "../get.js";
import { byId, write } from "../dom.js";
import { t } from "../words.js";

const EVERY_MS = 30_000, AFTER_MS = 1500, LEAST_MS = 5000;
const SEVERITIES = ["high", "low"];

export class Clashes {
  rows = /** @type {Map<string, Api.Clash>} */ (new Map());
  text = "[]"; // of what was read last
  hasFailed = false;
  asked_ms = -Infinity;
  timer = 0;

  /** @param {() => void} onNews when the list is another, or could not be read */
  constructor(onNews) {
    this.onNews = onNews;
    setInterval(() => this.ask(), EVERY_MS);
    document.addEventListener("visibilitychange", () => this.ask());
    this.ask();
  }

  /** Reads the list soon; works that change together are one question. */
  ask() {
    if (this.timer || document.hidden) return;
    const wait_ms = Math.max(AFTER_MS, this.asked_ms + LEAST_MS - performance.now());
    this.timer = setTimeout(() => { this.timer = 0; this.read(); }, this.asked_ms < 0 ? 0 : wait_ms);
  }

  async read() {
    this.asked_ms = performance.now();
    try {
      /** @type {{clashes: Api.Clash[]}} */
      const { clashes } = await getJson("/api/v1/clashes"), text = JSON.stringify(clashes);
      if (text === this.text && !this.hasFailed) return;
      this.text = text;
      this.rows = new Map(clashes.map((clash) => [clash.id, clash]));
      this.hasFailed = false;
    } catch {
      this.hasFailed = true; // what was read last stays
    }
    this.onNews();
  }

  /** Puts the clashes into a picture, the urgent first; into one of another moment those of that time, of
   * works that it knows.
   * @param {Ui.Picture} picture @param {number | null} [at_ms] */
  addTo(picture, at_ms = null) {
    const { network } = picture;
    const found = [...this.rows.values()].filter(({ from_ms, until_ms, works = [] }) => at_ms === null
      || from_ms <= at_ms && (until_ms ?? Infinity) > at_ms
        && works.every((id) => picture.rows.work.has(id)));
    const rows = found.map((row) => ({ ...row, links: network.indexes(row.links) }));
    rows.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity)
      || a.from_ms - b.from_ms || (a.id < b.id ? -1 : 1));
    picture.rows.clash = new Map(rows.map((clash) => [clash.id, clash]));
  }

  /** An empty list that could not be read is not called empty. */
  showFailure() {
    if (this.hasFailed && !this.rows.size) write(byId("clashes-none"), t("clashes.failed"));
  }
}
