// A small panel a group, each with its own axis: the line of its months, the band of chance. Pure.
import { numberAt, numberText, textAt } from "./cells.js";
import { fitted, roundEnd } from "./marks.js";

/** @typedef {import("./marks.js").Mark} Mark */
/** @typedef {import("./marks.js").Layout} Layout */
/** @typedef {{x: number, y: number, w: number, h: number}} Box */

const WIDE_PX = 640, PANEL_PX = 150;

/** @param {Api.StatisticFigure} figure @param {{width: number, scale: number}} size @returns {Layout} */
export function layoutLines(figure, { width, scale }) {
  const groups = [...new Set(figure.rows.map((row) => textAt(figure, row, figure.chart.group)))];
  const across = width > WIDE_PX * scale ? 2 : 1, gap = 18 * scale, high = PANEL_PX * scale;
  const w = (width - gap * (across - 1)) / across, marks = /** @type {Mark[]} */ ([]);
  const points = groups.flatMap((group, k) => {
    const box = { x: (k % across) * (w + gap), y: Math.floor(k / across) * (high + gap), w, h: high };
    return panel(figure, group, box, scale, marks);
  });
  const stride = Math.max(1, points.length / Math.max(1, groups.length));
  return { width, height: Math.ceil(groups.length / across) * (high + gap), marks, points, stride };
}

/** @param {Api.StatisticFigure} figure @param {string} group @param {Box} box @param {number} scale
 * @param {Mark[]} marks */
function panel(figure, group, box, scale, marks) {
  const { chart } = figure, [name] = chart.y, size = 12 * scale;
  const rows = figure.rows.map((row, at) => ({ row, at }))
    .filter(({ row }) => textAt(figure, row, chart.group) === group);
  const ends = rows.flatMap(({ row }) => [name, chart.high].map((each) => numberAt(figure, row, each) ?? 0));
  const end = roundEnd(Math.max(0, ...ends)), left = box.x + 42 * scale, right = box.x + box.w - 8 * scale;
  const top = box.y + 24 * scale, bottom = box.y + box.h - 20 * scale;
  const step = rows.length > 1 ? (right - left - 24 * scale) / (rows.length - 1) : 0;
  /** @param {number} k */
  const xOf = (k) => left + 12 * scale + step * k;
  /** @param {number} value */
  const yOf = (value) => bottom - (bottom - top) * value / end;
  marks.push({ kind: "text", x: box.x, y: box.y + 13 * scale, tone: "text",
    text: fitted(group, size * 1.05, box.w), size: size * 1.05, bold: true });
  for (const value of [0, end / 2, end]) {
    marks.push({ kind: "line", x: left, y: yOf(value), x2: right, y2: yOf(value), tone: "line", w: 1 },
      { kind: "text", x: left - 5 * scale, y: yOf(value) + size * 0.35, tone: "text-3", size,
        text: numberText(value), anchor: "end" });
  }
  const known = rows.map(({ row, at }, k) => ({ at, x: xOf(k), value: numberAt(figure, row, name),
    low: numberAt(figure, row, chart.low), high: numberAt(figure, row, chart.high),
    month: textAt(figure, row, chart.x) }));
  bands(known, yOf, marks);
  for (const { x, value } of known) {
    if (value !== null) marks.push({ kind: "dot", x, y: yOf(value), r: 3.2 * scale, tone: "accent" });
  }
  const each = Math.max(1, Math.ceil(34 * scale / Math.max(1, step)));
  known.forEach(({ x, month }, k) => {
    if (k % each === 0) {
      marks.push({ kind: "text", x, y: bottom + 15 * scale, tone: "text-2", size,
        text: month.slice(2).replace("-", "."), anchor: "middle" });
    }
  });
  return known.map(({ x, at }) => ({ x: x - 8 * scale, y: top, w: 16 * scale, h: bottom - top, row: at }));
}

/** The line and, where both ends are known, its band.
 * @param {{x: number, value: number | null, low: number | null, high: number | null}[]} known
 * @param {(value: number) => number} yOf @param {Mark[]} marks */
function bands(known, yOf, marks) {
  const sure = known.filter(({ low, high }) => low !== null && high !== null);
  if (sure.length > 1) {
    const upper = sure.map(({ x, high }) => /** @type {[number, number]} */ ([x, yOf(high ?? 0)]));
    const lower = sure.map(({ x, low }) => /** @type {[number, number]} */ ([x, yOf(low ?? 0)]));
    marks.push({ kind: "area", points: [...upper, ...lower.reverse()], tone: "accent", alpha: 0.16 });
  }
  const line = known.filter(({ value }) => value !== null);
  marks.push({ kind: "path", tone: "accent",
    points: line.map(({ x, value }) => /** @type {[number, number]} */ ([x, yOf(value ?? 0)])) });
}
