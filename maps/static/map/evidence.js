// The evidence of a discrepancy as a small timeline: the permit's hours, and what each bus did when.
import { el } from "../dom.js";
import { minuteText, whenText } from "../times.js";
import { t } from "../words.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 304, LEFT = 8, RIGHT = 296, HEIGHT = 124;
const BAR_Y = 20, THROUGH_Y = 52, ROUND_Y = 88, AXIS_Y = 108;
const BEFORE_MS = 20 * 60_000, LEAST_MS = 10 * 60_000;
const R = 5.5, APART = 22; // between two numbers below signs
/** The shape of each thing a bus does, round (0, 0). @type {Record<string, string>} */
const SHAPES = {
  through: `M${-R},0a${R},${R} 0 1,0 ${2 * R},0a${R},${R} 0 1,0 ${-2 * R},0z`,
  left: `M0,${-R * 1.25}L${R * 1.25},0L0,${R * 1.25}L${-R * 1.25},0z`,
  astray: `M0,${-R * 1.25}L${R * 1.25},0L0,${R * 1.25}L${-R * 1.25},0z`,
  skipped: `M${-R},${-R}H${R}V${R}H${-R}z`,
  turned: `M${R * 1.2},${-R}V${R}L${-R * 1.2},0z`,
};

/** The timeline with its words below it, which say the same. @param {Api.Discrepancy} row
 * @param {number} now_ms */
export function evidence(row, now_ms) {
  const section = el("section", "evidence"), buses = row.buses || [];
  section.append(el("h3", "", t("evidence.title")), drawing(row, now_ms));
  section.append(...buses.length ? [keyOf(buses), list(buses)] : [el("p", "note", t("evidence.none"))]);
  return section;
}

/** @param {string} did */
const nameOf = (did) => did in SHAPES ? did : "through";
/** @param {string} did */
const wordOf = (did) => t("sighting." + nameOf(did));

/** Times left and right of the picture; a permit that began long before is cut. @param {Api.Discrepancy} row
 * @param {number} now_ms @returns {[number, number]} */
export function spanOf(row, now_ms) {
  const seen = (row.buses || []).map(([at_ms]) => at_ms);
  const last = Math.max(row.until_ms || now_ms, row.declared_until_ms || 0, ...seen);
  const begun = Math.min(row.since_ms, row.told_ms, ...seen);
  const first = Math.min(begun, row.declared_ms || begun);
  const from = Math.max(first, begun - BEFORE_MS);
  return [Math.min(from, last - LEAST_MS), last];
}

/** @param {Api.Discrepancy} row @param {number} now_ms */
function drawing(row, now_ms) {
  const [from, to] = spanOf(row, now_ms), svg = shape("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "timeline", role: "group", "aria-label": summary(row),
  });
  /** @param {number} ms */
  const x = (ms) => LEFT + (RIGHT - LEFT) * Math.max(0, Math.min(1, (ms - from) / (to - from)));
  svg.append(...declared(row, x, to), shape("path", { class: "axis", d: `M${LEFT},${AXIS_Y}H${RIGHT}` }));
  svg.append(...lane(THROUGH_Y, "evidence.through"), ...lane(ROUND_Y, "evidence.round"));
  const told = x(row.told_ms);
  svg.append(shape("path", { class: "told", d: `M${told},${BAR_Y - 6}V${AXIS_Y}` }));
  const numbered = /** @type {Record<number, number>} */ ({});
  for (const [at_ms, did, route] of row.buses || []) {
    const at = x(at_ms), group = bus(at, at_ms, did, route), y = did === "through" ? THROUGH_Y : ROUND_Y;
    if (at - (numbered[y] ?? -Infinity) >= APART) {
      numbered[y] = at;
      group.append(label(0, R + 8, route, "middle"));
    }
    svg.append(group);
  }
  svg.append(label(LEFT, HEIGHT - 4, minuteText(from)), label(RIGHT, HEIGHT - 4, minuteText(to), "end"));
  return svg;
}

/** @param {number} y @param {string} key */
const lane = (y, key) => [
  shape("path", { class: "lane", d: `M${LEFT},${y}H${RIGHT}` }), label(LEFT, y - 9, t(key)),
];

/** The permit's hours as a bar, open at its end while they go on; a word where there is no permit.
 * @param {Api.Discrepancy} row @param {(ms: number) => number} x @param {number} to */
function declared(row, x, to) {
  if (!row.declared_ms) return [label(LEFT, BAR_Y + 4, t("evidence.no_permit"))];
  const left = x(row.declared_ms), right = x(row.declared_until_ms || to);
  const bar = shape("rect", {
    class: row.declared_until_ms ? "hours" : "hours open", x: left, y: BAR_Y - 4, rx: 2, height: 9,
    width: Math.max(2, right - left),
  });
  return [bar, label(LEFT, BAR_Y - 8, t("evidence.hours", { hours: hoursOf(row) }))];
}

/** @param {Api.Discrepancy} row */
const hoursOf = ({ declared_ms = 0, declared_until_ms = 0 }) =>
  `${whenText(declared_ms)} ~ ${declared_until_ms ? whenText(declared_until_ms) : ""}`.trim();

/** One bus: its own shape, its words for who points at it or comes by the keyboard. @param {number} x
 * @param {number} at_ms @param {string} did @param {string} route */
function bus(x, at_ms, did, route) {
  const name = nameOf(did), text = busText(at_ms, did, route);
  const title = shape("title", {});
  title.textContent = text;
  const group = shape("g", {
    class: "bus " + name, tabindex: 0, role: "img", "aria-label": text,
    transform: `translate(${x.toFixed(1)},${name === "through" ? THROUGH_Y : ROUND_Y})`,
  });
  group.append(title, shape("path", { d: SHAPES[name] }));
  return group;
}

/** @param {number} at_ms @param {string} did @param {string} route */
const busText = (at_ms, did, route) =>
  t("evidence.bus", { time: minuteText(at_ms), no: route, did: wordOf(did) });

/** @param {Api.Discrepancy} row */
function summary(row) {
  const hours = row.declared_ms ? t("evidence.hours", { hours: hoursOf(row) }) : t("evidence.no_permit");
  return t("evidence.summary", { hours, through: row.through || 0, round: row.round || 0 });
}

/** What the shapes mean, of those there are. @param {Api.Seen[]} buses */
function keyOf(buses) {
  const key = el("p", "evidence-key");
  const names = new Set(buses.map(([, did]) => nameOf(did)));
  for (const name of names) {
    const item = el("span"), icon = shape("svg", { viewBox: "-8 -8 16 16", "aria-hidden": "true" });
    const sign = shape("g", { class: "bus " + name });
    sign.append(shape("path", { d: SHAPES[name] }));
    icon.append(sign);
    item.append(icon, wordOf(name));
    key.append(item);
  }
  return key;
}

/** The same in words. @param {Api.Seen[]} buses */
function list(buses) {
  const box = el("details", "evidence-list"), rows = el("ol");
  rows.append(...buses.map(([at_ms, did, route]) => el("li", "", busText(at_ms, did, route))));
  box.append(el("summary", "", t("evidence.list", { n: buses.length })), rows);
  return box;
}

/** @param {string} tag @param {Record<string, string | number>} attributes */
function shape(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** @param {number} x @param {number} y @param {string} words */
function label(x, y, words, anchor = "start") {
  const text = shape("text", { x, y, "text-anchor": anchor });
  text.textContent = words;
  return text;
}
