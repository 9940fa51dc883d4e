// A number over time as a line (uPlot), and the same as a table behind it.
import { el } from "../dom.js";
import { ChartTable } from "../map/charts/table.js";
import { loadPlot } from "../map/charts/plot.js";
import { t } from "../words.js";
import { rounded } from "./bars.js";

const HEIGHT_PX = 190;

/** @typedef {{labels: string[], values: (number | null)[], unit: string, by: string, value: string}} Line */

/** @param {Line} line @param {string} title */
export async function lineOf(line, title) {
  const element = el("div", "chart"), place = el("div", "chart-canvas"), table = new ChartTable();
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", title);
  element.append(place, table.element);
  table.show(title, [line.by, line.value], line.labels.map((label, k) => [
    said(label), line.values[k] === null ? t("day.unknown") : rounded(Number(line.values[k])),
  ]).reverse());
  const Plot = await loadPlot();
  requestAnimationFrame(() => draw(Plot, place, line));
  return element;
}

/** @param {Ui.PlotMaker} Plot @param {HTMLElement} place @param {Line} line */
function draw(Plot, place, { labels, values, unit }) {
  const style = getComputedStyle(document.documentElement), isForced = matchMedia("(forced-colors: active)");
  /** @param {string} name @param {string} forced */
  const colour = (name, forced) => isForced.matches ? forced : style.getPropertyValue(name).trim();
  const scale = parseFloat(style.fontSize) / 16, font = `${11 * scale}px ${style.getPropertyValue("--font")}`;
  const axis = {
    stroke: colour("--text-2", "CanvasText"), font, ticks: { show: false },
    grid: { stroke: colour("--line", "GrayText"), width: 1 },
  };
  const height = Math.round(HEIGHT_PX * scale), width = Math.max(200, place.clientWidth);
  const plot = new Plot({
    width, height, legend: { show: false }, padding: [10, 16, 0, 0],
    cursor: { y: false, drag: { x: false, y: false, setScale: false } },
    scales: { x: { time: false } },
    axes: [
      { ...axis, size: 26 * scale, space: 90 * scale, incrs: [1, 2, 5, 10, 20, 50, 100],
        values: (/** @type {unknown} */ _, /** @type {number[]} */ at) => at.map((k) => short(labels[k])) },
      { ...axis, size: 56 * scale, label: unit || undefined, labelSize: 16 * scale, labelFont: font },
    ],
    series: [{}, {
      stroke: colour("--accent", "CanvasText"), width: 2 * scale, spanGaps: false,
      points: { show: labels.length <= 60, size: 5 * scale },
    }],
  }, [labels.map((_, k) => k), values], place);
  new ResizeObserver(() => {
    if (place.clientWidth && place.clientWidth !== width) plot.setSize({ width: place.clientWidth, height });
  }).observe(place);
}

/** "2026-11-03 14:00" of a time as the API has it. @param {string} label */
export const said = (label) => label.replace("T", " ").slice(0, 16);

/** "11-03 14:00", "2026-11", "2026-11-03". @param {string | undefined} label */
export const short = (label = "") => label.includes("T") ? said(label).slice(5) : label;
