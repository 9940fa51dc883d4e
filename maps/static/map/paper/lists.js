// What stands beside the map on paper: situations, what is closed, and incidents.
import { el } from "../../dom.js";
import { drawSign } from "../../signs.js";
import { minuteText, whenText } from "../../times.js";
import { localized, t } from "../../words.js";
import { alertMark } from "../kinds/alert.js";
import { KINDS } from "../kinds.js";
import { isAsleep, listed } from "../situations/sorting.js";
import { signCanvas } from "./map-picture.js";

/** @typedef {{key: string, lines: HTMLElement[], size: number}} Section */

const MOST_LINES = 40; // none has room for more
const STANDING = /** @type {const} */ ({ show: "alerts", order: "gravest", query: "" });

/** The lists of a picture. Situations are those of now: a sheet of another time has none.
 * @param {Ui.Live} live @param {Ui.Picture} picture @returns {Section[]} */
export function sectionsOf(live, picture) {
  const now_ms = live.clock.now(), { work, closure, incident } = KINDS;
  /** @param {string} key @param {any[]} rows @param {(row: any) => HTMLElement} write */
  const section = (key, rows, write) => ({
    key, size: rows.length, lines: rows.slice(0, MOST_LINES).map(write),
  });
  /** @param {Ui.Kind<any>} kind @param {string} list */
  const entries = (kind, list) => (kind.lists?.(picture, live.state)[list] || [])
    .flatMap((rows) => kind.entry?.(rows, picture) || []).filter(({ isOver }) => !isOver);
  const closed = [...entries(closure, "incidents"), ...entries(work, "works")];
  const sections = [
    section("paper.closed", closed, entryLine),
    section("incidents.title", entries(incident, "incidents"), entryLine),
  ];
  if (live.clock.at_ms !== null) return sections;
  const rows = listed([...picture.rows.situation.values()], STANDING, now_ms);
  return [section("alerts.title", rows, (row) => situationLine(row, now_ms)), ...sections];
}

/** @param {Ui.Entry} entry */
function entryLine({ sign, style, title, tags, under }) {
  return line(signCanvas(sign, style, drawSign), title, [tags.join(" "), under]);
}

/** Without who acknowledged it: paper goes from hand to hand. @param {Api.Situation} row
 * @param {number} now_ms */
function situationLine(row, now_ms) {
  const until_ms = isAsleep(row, now_ms) ? row.snoozed_until_ms : null;
  const state = row.acknowledged ? t("paper.seen")
    : until_ms ? t("situation.until", { time: minuteText(until_ms) }) : t("paper.waits");
  const since = t("alert.since", { time: whenText(row.since_ms) });
  return line(alertMark(row.severity), localized(row, "title"), [t("alert." + row.severity), since, state]);
}

/** @param {Node} mark @param {string} title @param {string[]} rest */
function line(mark, title, rest) {
  const li = el("li"), text = el("span");
  text.append(el("b", "", title), " ", el("span", "under", rest.filter(Boolean).join(" · ")));
  li.append(mark, text);
  return li;
}
