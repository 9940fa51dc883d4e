// How a figure is drawn: by its chart's kind. Pure.
import { layoutHeat } from "./heat-layout.js";
import { layoutLines } from "./lines-layout.js";
import { layoutBars, layoutIntervals } from "./rows-layout.js";

const KINDS = { bars: layoutBars, heat: layoutHeat, lines: layoutLines, intervals: layoutIntervals };

/** @param {Api.StatisticFigure} figure @param {{width: number, scale: number}} size */
export const layoutOf = (figure, size) => KINDS[figure.chart.kind](figure, size);
