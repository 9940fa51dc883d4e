// Lines over the map: what is not recorded yet, what ends soon, what has ended while nobody looked.
import { el, makeButton } from "../../dom.js";
import { minuteText } from "../../times.js";
import { t } from "../../words.js";

const ENDED_MS = 300_000, MORE_MS = 30 * 60_000;

/** @typedef {{drop: (id: string) => void, again: () => void, open: (row: Api.HandClosure) => void,
 *   longer: (row: Api.HandClosure, ends_ms: number) => void, mayAct: () => boolean}} NoticeActs */

export class Notices {
  element = el("div", "closing-notices");
  shown = "";

  /** @param {HTMLElement} home @param {NoticeActs} acts */
  constructor(home, acts) {
    this.acts = acts;
    this.element.id = "closing-notices";
    this.element.setAttribute("role", "status");
    home.append(this.element);
  }

  /** Draws only what is news. @param {Iterable<import("./sender.js").Waiting>} waits
   * @param {Iterable<Api.HandClosure>} rows @param {number} now_ms */
  show(waits, rows, now_ms) {
    const all = [...rows], kept = [...waits];
    const ending = all.filter(({ is_ending, phase }) => is_ending && phase === "active");
    const ended = all.filter((row) => isJustOver(row, now_ms));
    const mark = JSON.stringify([kept, ending, ended, document.documentElement.lang]);
    if (mark === this.shown) return;
    this.shown = mark;
    this.element.replaceChildren(
      ...kept.map((act) => this.waitLine(act)), ...ending.map((row) => this.endingLine(row)),
      ...ended.map((row) => this.endedLine(row)),
    );
  }

  /** @param {import("./sender.js").Waiting} act */
  waitLine({ id, title }) {
    const line = el("p", "closing-wait");
    line.append(
      el("b", "", t("closing.unrecorded")), el("span", "", title),
      makeButton("", t("retry"), () => this.acts.again()),
      makeButton("", t("closing.drop"), () => this.acts.drop(id)),
    );
    return line;
  }

  /** @param {Api.HandClosure} row */
  endingLine(row) {
    const line = el("p", "closing-ending"), at = minuteText(row.ends_ms || 0);
    line.append(makeButton("plain", t("closing.ends_soon", { title: row.title || "", at }),
      () => this.acts.open(row)));
    if (this.acts.mayAct()) {
      const ends_ms = (row.ends_ms || 0) + MORE_MS;
      line.append(makeButton("", t("closing.longer"), () => this.acts.longer(row, ends_ms)));
    }
    return line;
  }

  /** @param {Api.HandClosure} row */
  endedLine(row) {
    const line = el("p", "closing-ended"), at = minuteText(row.over_ms || 0);
    line.append(makeButton("plain", t("closing.has_ended", { title: row.title || "", at }),
      () => this.acts.open(row)));
    return line;
  }
}

/** Whether the clock ended it a moment ago; what a person ended needs no word.
 * @param {Api.HandClosure} row @param {number} now_ms */
const isJustOver = ({ over_ms, is_over }, now_ms) =>
  Boolean(over_ms) && !is_over && now_ms - (over_ms || 0) < ENDED_MS;
