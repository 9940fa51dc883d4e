// A small chart over a day: a line, what is usual as a band, closures as bars, passages as ticks. Arrow keys
// move a cursor whose value is said; what is drawn stands as a table behind it too.
import { el, write } from "../../dom.js";
import { screenScale } from "../../palette.js";
import { minuteText } from "../../times.js";
import { t } from "../../words.js";
import { paintDay } from "./day-marks.js";
import { loadPlot } from "./plot.js";

const HOUR_S = 3600, STEP_H = 6, ZONE_S = 9 * HOUR_S;
const AN_HOUR = 4; // quarter hours
const HEIGHT_PX = 132;

export class Chart {
  element = el("div", "chart");
  canvas = el("div", "chart-canvas");
  said = el("output", "chart-said");
  plot = /** @type {Ui.Plot | null} */ (null);
  day = /** @type {Ui.ChartDay | null} */ (null);
  at = -1; // the quarter hour of the cursor
  width = 0;

  constructor() {
    const { canvas } = this;
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "slider");
    this.said.setAttribute("aria-live", "off"); // the slider itself says its value
    canvas.addEventListener("keydown", (e) => this.onKey(e));
    this.element.append(canvas, this.said);
    new ResizeObserver(() => this.fit()).observe(this.element);
  }

  /** Draws a day. @param {Ui.ChartDay} day @param {string} label */
  async show(day, label) {
    const Plot = await loadPlot(), isSameLength = this.day?.times.length === day.times.length;
    this.day = day;
    if (!isSameLength || this.at < 0) this.at = lastKnown(day.line);
    this.canvas.setAttribute("aria-label", `${label}. ${t("chart.keys")}`);
    this.canvas.setAttribute("aria-valuemin", "0");
    this.canvas.setAttribute("aria-valuemax", String(day.times.length - 1));
    this.make(Plot, day);
    this.say();
  }

  /** @param {Ui.PlotMaker} Plot @param {Ui.ChartDay} day */
  make(Plot, day) {
    this.plot?.destroy();
    this.width = this.element.clientWidth;
    const x = day.times.map((ms) => ms / 1000), looks = looksOf();
    const data = [x, day.high, day.low, day.usual, day.line];
    this.plot = new Plot(optionsOf(day, looks, {
      width: Math.max(160, this.width), height: Math.round(HEIGHT_PX * screenScale()),
      moved: (k) => { if (k !== null && k !== this.at) { this.at = k; this.say(); } },
    }), data, this.canvas);
    this.moveCursor();
  }

  /** The chart is as wide as its place. */
  fit() {
    const width = this.element.clientWidth, { plot } = this;
    if (!plot || !width || width === this.width) return;
    this.width = width;
    plot.setSize({ width, height: Math.round(HEIGHT_PX * screenScale()) });
    this.moveCursor();
  }

  /** @param {KeyboardEvent} e */
  onKey(e) {
    const { day } = this, last = (day?.times.length || 1) - 1;
    const to = {
      ArrowLeft: this.at - 1, ArrowDown: this.at - 1, ArrowRight: this.at + 1, ArrowUp: this.at + 1,
      PageDown: this.at - AN_HOUR, PageUp: this.at + AN_HOUR, Home: 0, End: last,
    }[e.key];
    if (!day || to === undefined) return;
    e.preventDefault();
    e.stopPropagation();
    this.at = Math.max(0, Math.min(last, to));
    this.moveCursor();
    this.say();
  }

  /** Puts the cursor's line on its quarter hour. */
  moveCursor() {
    const { plot, day, at } = this;
    if (!plot || !day || at < 0) return;
    plot.setCursor({ left: plot.valToPos(day.times[at] / 1000, "x"), top: 0 });
  }

  say() {
    const { day, at, canvas } = this;
    if (!day || at < 0) return;
    const text = day.said(at);
    write(this.said, text);
    canvas.setAttribute("aria-valuenow", String(at));
    canvas.setAttribute("aria-valuetext", text);
  }
}

/** The place of the last value that is known, else the last. @param {(number | null)[]} line */
function lastKnown(line) {
  let at = line.length - 1;
  while (at > 0 && line[at] === null) at--;
  return line[at] === null ? line.length - 1 : at;
}

/** The colours and letters of the page as a canvas needs them; those of the system where it forces them.
 * @returns {Ui.Looks} */
function looksOf() {
  const style = getComputedStyle(document.documentElement);
  const isForced = matchMedia("(forced-colors: active)").matches;
  /** @param {string} name @param {string} forced */
  const colour = (name, forced) => isForced ? forced : style.getPropertyValue("--" + name).trim();
  return {
    line: colour("accent", "CanvasText"), band: isForced ? "transparent" : colour("line-strong", "") + "38",
    edge: isForced ? "GrayText" : "transparent",
    usual: colour("text-3", "GrayText"), text: colour("text-2", "CanvasText"),
    grid: colour("line", "GrayText"), full: colour("full", "LinkText"),
    partial: colour("partial", "LinkText"), minor: colour("minor", "GrayText"),
    bus: colour("bus", "CanvasText"), surface: colour("surface", "Canvas"),
    font: `${11 * screenScale()}px ${style.getPropertyValue("--font").trim() || "sans-serif"}`,
    scale: screenScale(),
  };
}

/** @param {Ui.ChartDay} day @param {Ui.Looks} looks
 * @param {{width: number, height: number, moved: (k: number | null) => void}} own */
function optionsOf(day, looks, { width, height, moved }) {
  const from = day.times[0] / 1000, until = day.times[day.times.length - 1] / 1000;
  const known = [...day.line, ...day.high].map((value) => value ?? 0);
  const most = Math.max(day.least || 10, ...known) * 1.1;
  const grid = { stroke: looks.grid, width: 1 }, plain = { points: { show: false } };
  const axis = { stroke: looks.text, font: looks.font, grid, ticks: { show: false } };
  return {
    width, height, legend: { show: false }, padding: [8 * looks.scale, 10, 0, 0],
    cursor: { y: false, drag: { x: false, y: false, setScale: false } },
    scales: { x: { time: false, range: [from, until] }, y: { range: [0, most] } },
    axes: [
      { ...axis, size: 22 * looks.scale, splits: () => hoursOf(from, until),
        values: (/** @type {unknown} */ _, /** @type {number[]} */ splits) =>
          splits.map((s) => minuteText(s * 1000)) },
      { ...axis, size: 34 * looks.scale, label: day.unit, labelSize: 16 * looks.scale,
        labelFont: looks.font, space: 26 * looks.scale },
    ],
    series: [
      {}, { ...plain, stroke: looks.edge }, { ...plain, stroke: looks.edge },
      { ...plain, stroke: looks.usual, width: 1.25 * looks.scale, dash: [4, 3] },
      { stroke: looks.line, width: 2.25 * looks.scale, spanGaps: false,
        points: { show: true, size: 4 * looks.scale, fill: looks.line, filter: () => alone(day.line) } },
    ],
    bands: [{ series: [1, 2], fill: looks.band }],
    hooks: {
      draw: [(/** @type {Ui.Plot} */ plot) => paintDay(plot, day, looks)],
      setCursor: [(/** @type {Ui.Plot} */ plot) => moved(plot.cursor.event ? plot.cursor.idx ?? null : null)],
    },
  };
}

/** Every sixth full hour of the Korean clock, s. @param {number} from @param {number} until */
function hoursOf(from, until) {
  const step = STEP_H * HOUR_S, hours = [];
  for (let s = Math.ceil((from + ZONE_S) / step) * step - ZONE_S; s <= until; s += step) hours.push(s);
  return hours;
}

/** The values between two gaps, which no line shows. @param {(number | null)[]} line */
export const alone = (line) => line.flatMap((value, k) =>
  value !== null && (line[k - 1] ?? null) === null && (line[k + 1] ?? null) === null ? [k] : []);
