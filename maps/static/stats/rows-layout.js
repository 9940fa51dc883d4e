// Charts with a line a row: bars from nought, or a point with its interval. Pure.
import { headingOf, numberAt, numberText, placeOf, textAt } from "./cells.js";
import { fitted, roundEnd, widthOf } from "./marks.js";

/** @typedef {import("./marks.js").Mark} Mark */
/** @typedef {import("./marks.js").Layout} Layout */
/** @typedef {import("./marks.js").Tone} Tone */
/** @typedef {{width: number, scale: number}} Size */

export const MOST_ROWS = 20;
/** @type {Tone[]} */
const TONES = ["accent", "line-strong", "jam"];
/** @type {Record<string, Tone>} */
const OWN = { jam_h: "jam", overrun_h: "jam", declared_h: "line-strong", real_h: "accent" };

/** @param {Api.StatisticFigure} figure @param {Size} size */
export function layoutBars(figure, { width, scale }) {
  const { chart } = figure, frame = frameOf(figure, width, scale, 8 + 11 * chart.y.length);
  const { rows, left, right, size, marks } = frame;
  const values = rows.flatMap((row) => chart.y.map((name) => numberAt(figure, row, name) ?? 0));
  const most = Math.max(0, ...values), least = Math.min(0, ...values);
  const end = roundEnd(Math.max(most, -least)), zero = least < 0 ? left + (right - left) / 3 : left;
  const unit = (right - zero) / end;
  if (chart.y.length > 1) legend(figure, chart.y, frame);
  rows.forEach((row, k) => {
    const top = frame.topOf(k);
    label(figure, row, frame, top);
    chart.y.forEach((name, at) => {
      const value = numberAt(figure, row, name), y = top + (4 + at * 11) * scale, h = 9 * scale;
      if (value === null) return;
      const x = value < 0 ? Math.max(left, zero + value * unit) : zero;
      const w = Math.max(value ? 1 : 0, value < 0 ? zero - x : value * unit);
      marks.push({ kind: "rect", x, y, w, h, tone: OWN[name] ?? TONES[at % TONES.length] },
        { kind: "text", x: (value < 0 ? zero : x + w) + 4 * scale, y: y + h * 0.92, text: numberText(value),
          tone: "text-2", size });
    });
  });
  marks.push({ kind: "line", x: zero, y: frame.topOf(0), x2: zero, y2: frame.height, tone: "line-strong",
    w: 1 });
  return frame.done();
}

/** @param {Api.StatisticFigure} figure @param {Size} size */
export function layoutIntervals(figure, { width, scale }) {
  const { chart } = figure, [name] = chart.y, frame = frameOf(figure, width, scale, 22);
  const { rows, left, right, size, marks } = frame;
  const ends = rows.flatMap((row) => [name, chart.high].map((each) => numberAt(figure, row, each) ?? 0));
  const isShare = figure.columns[placeOf(figure, name)]?.unit === "percent";
  const end = isShare ? 100 : roundEnd(Math.max(0, ...ends));
  /** @param {number} value */
  const xOf = (value) => left + (right - left) * value / end;
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    const x = xOf(end * part);
    marks.push({ kind: "line", x, y: frame.topOf(0), x2: x, y2: frame.height, tone: "line", w: 1 },
      { kind: "text", x, y: frame.topOf(0) - 4 * scale, text: numberText(end * part), tone: "text-3", size,
        anchor: "middle" });
  }
  rows.forEach((row, k) => {
    const y = frame.topOf(k) + 11 * scale, value = numberAt(figure, row, name);
    const low = numberAt(figure, row, chart.low), high = numberAt(figure, row, chart.high);
    label(figure, row, frame, frame.topOf(k));
    if (low !== null && high !== null) {
      marks.push({ kind: "line", x: xOf(low), y, x2: xOf(high), y2: y, tone: "line-strong", w: 4 * scale });
    }
    if (value !== null) marks.push({ kind: "dot", x: xOf(value), y, r: 4.5 * scale, tone: "accent" });
  });
  return frame.done();
}

/** What both have: labels at the left, a line a row, points for the keys.
 * @param {Api.StatisticFigure} figure @param {number} width @param {number} scale @param {number} rowPx */
function frameOf(figure, width, scale, rowPx) {
  const rows = figure.rows.slice(0, MOST_ROWS), size = 12 * scale, { chart } = figure;
  const names = rows.map((row) => nameOf(figure, row));
  const widest = Math.max(0, ...names.map((name) => widthOf(name, size)));
  const left = Math.min(widest, width * 0.36) + 10 * scale, right = width - 52 * scale;
  const head = (chart.kind === "intervals" || chart.y.length > 1 ? 22 : 4) * scale, step = rowPx * scale;
  const height = head + rows.length * step, marks = /** @type {Mark[]} */ ([]);
  /** @param {number} k */
  const topOf = (k) => head + k * step;
  const points = rows.map((_, row) => ({ x: 0, y: topOf(row), w: width, h: step, row }));
  /** @returns {Layout} */
  const done = () => ({ width, height, marks, points, stride: 1 });
  return { rows, size, left, right, height, step, scale, marks, topOf, done };
}

/** @typedef {ReturnType<typeof frameOf>} Frame */

/** @param {Api.StatisticFigure} figure @param {Api.StatisticFigure["rows"][number]} row */
const nameOf = (figure, row) => [textAt(figure, row, figure.chart.group), textAt(figure, row, figure.chart.x)]
  .filter(Boolean).join(" · ");

/** @param {Api.StatisticFigure} figure @param {Api.StatisticFigure["rows"][number]} row @param {Frame} frame
 * @param {number} top */
function label(figure, row, { left, size, step, scale, marks }, top) {
  marks.push({ kind: "text", x: left - 6 * scale, y: top + step / 2 + size * 0.36, tone: "text", size,
    text: fitted(nameOf(figure, row), size, left - 8 * scale), anchor: "end" });
}

/** @param {Api.StatisticFigure} figure @param {string[]} names @param {Frame} frame */
function legend(figure, names, { left, size, scale, marks }) {
  let x = left;
  names.forEach((name, at) => {
    const text = headingOf(figure.columns[placeOf(figure, name)]);
    marks.push({ kind: "rect", x, y: 4 * scale, w: 10 * scale, h: 10 * scale,
      tone: OWN[name] ?? TONES[at % TONES.length] },
    { kind: "text", x: x + 14 * scale, y: 13 * scale, text, tone: "text-2", size });
    x += widthOf(text, size) + 30 * scale;
  });
}

