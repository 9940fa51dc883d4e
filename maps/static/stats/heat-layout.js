// A field of cells whose colour is a value: the darker the more, with the number where there is room. Pure.
import { cellText, headingOf, numberAt, numberText, placeOf } from "./cells.js";
import { fitted, widthOf } from "./marks.js";

/** @typedef {import("./marks.js").Mark} Mark */
/** @typedef {import("./marks.js").Layout} Layout */

const FAINTEST = 0.06;

/** @param {Api.StatisticFigure} figure @param {{width: number, scale: number}} size @returns {Layout} */
export function layoutHeat(figure, { width, scale }) {
  const { chart } = figure, [name] = chart.y, size = 12 * scale;
  const columns = distinct(figure, chart.x), lines = distinct(figure, chart.group);
  const widest = Math.max(0, ...lines.map(({ text }) => widthOf(text, size)));
  const left = Math.min(widest, width * 0.28) + 8 * scale;
  const step = (width - left) / Math.max(1, columns.length), high = Math.max(16, Math.min(30, step)) * scale;
  const head = 20 * scale, values = figure.rows.map((row) => numberAt(figure, row, name));
  const most = Math.max(0, ...values.map((value) => value ?? 0)), marks = /** @type {Mark[]} */ ([]);
  const points = figure.rows.map((row, k) => ({
    x: left + step * indexIn(columns, figure, row, chart.x), w: step, row: k,
    y: head + high * indexIn(lines, figure, row, chart.group), h: high,
  }));
  points.forEach((point, k) => marks.push(...cellMarks(point, values[k], most, size, step > 30 * scale)));
  headings(columns, left, step, size, marks, scale);
  lines.forEach(({ text }, k) => marks.push({ kind: "text", x: left - 6 * scale, anchor: "end", tone: "text",
    y: head + high * k + high / 2 + size * 0.36, text: fitted(text, size, left - 8 * scale), size }));
  const height = head + high * lines.length + 26 * scale;
  const title = headingOf(figure.columns[placeOf(figure, name)]);
  marks.push(...scaleMarks(title, most, left, height, size, scale));
  return { width, height, marks, points, stride: columns.length };
}

/** The values of a column in the order in which they come. @param {Api.StatisticFigure} figure
 * @param {string} name */
function distinct(figure, name) {
  const at = placeOf(figure, name), known = new Set(figure.rows.map((row) => row[at]));
  return [...known].map((value) => ({ value, text: cellText(figure.columns[at], value) }));
}

/** @param {ReturnType<typeof distinct>} known @param {Api.StatisticFigure} figure
 * @param {Api.StatisticFigure["rows"][number]} row @param {string} name */
function indexIn(known, figure, row, name) {
  const value = row[placeOf(figure, name)];
  return known.findIndex((each) => each.value === value);
}

/** @param {import("./marks.js").Point} point @param {number | null} value @param {number} most
 * @param {number} size @param {boolean} hasRoom @returns {Mark[]} */
function cellMarks({ x, y, w, h }, value, most, size, hasRoom) {
  const gap = w > 8 ? 1 : 0.5, box = { x: x + gap / 2, y: y + gap / 2, w: w - gap, h: h - gap };
  const middle = { x: x + w / 2, y: y + h / 2 + size * 0.34, anchor: /** @type {"middle"} */ ("middle") };
  if (value === null) {
    return [{ kind: "line", x: x + w * 0.35, y: y + h / 2, x2: x + w * 0.65, y2: y + h / 2, tone: "text-3",
      w: 1 }];
  }
  const alpha = most ? FAINTEST + (1 - FAINTEST) * 0.86 * value / most : FAINTEST;
  const marks = /** @type {Mark[]} */ ([{ kind: "rect", ...box, tone: "jam", alpha }]);
  if (hasRoom) {
    marks.push({ kind: "text", ...middle, size: size * 0.9,
      text: numberText(value >= 10 ? Math.round(value) : value), tone: alpha > 0.55 ? "surface" : "text" });
  }
  return marks;
}

/** As many headings as there is room for. @param {ReturnType<typeof distinct>} columns @param {number} left
 * @param {number} step @param {number} size @param {Mark[]} marks @param {number} scale */
function headings(columns, left, step, size, marks, scale) {
  const widest = Math.max(1, ...columns.map(({ text }) => widthOf(text, size)));
  const each = columns.length > 12 ? [1, 2, 3, 4, 6, 12].find((n) => n * step > widest + 4) ?? 12 : 1;
  columns.forEach(({ text }, k) => {
    if (k % each) return;
    marks.push({ kind: "text", x: left + step * (k + (each > 1 ? 0 : 0.5)), y: 13 * scale, tone: "text-2",
      text: fitted(text, size, step * each), size, anchor: each > 1 ? "start" : "middle" });
  });
}

/** What the colours mean. @param {string} title @param {number} most @param {number} left
 * @param {number} height @param {number} size @param {number} scale @returns {Mark[]} */
function scaleMarks(title, most, left, height, size, scale) {
  const y = height - 15 * scale, steps = [0, 0.25, 0.5, 0.75, 1];
  const side = 18 * scale, begin = left + 14 * scale;
  const marks = steps.map((part, k) => /** @type {Mark} */ ({ kind: "rect", x: begin + k * side, y, w: side,
    h: 11 * scale, tone: "jam", alpha: FAINTEST + (1 - FAINTEST) * 0.86 * part }));
  const after = begin + steps.length * side + 6 * scale;
  return [...marks, { kind: "text", x: left, y: y + size * 0.8, text: "0", tone: "text-2", size },
    { kind: "text", x: after, y: y + size * 0.8, text: `${numberText(most)} · ${title}`, tone: "text-2",
      size }];
}
