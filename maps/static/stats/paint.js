// Draws marks: as SVG on the page, on a canvas for a file.

/** @typedef {import("./marks.js").Mark} Mark */
/** @typedef {import("./marks.js").Layout} Layout */

const SVG = "http://www.w3.org/2000/svg", FILE_SCALE = 2, MARGIN_PX = 24, TITLE_PX = 18, SMALL_PX = 12;

/** @param {string} tag @param {Record<string, string | number>} attributes */
function make(tag, attributes) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

/** @param {Layout} layout */
export function svgOf({ width, height, marks }) {
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" });
  svg.append(...marks.map(elementOf));
  return svg;
}

/** @param {Mark} mark */
function elementOf(mark) {
  const element = SHAPES[mark.kind](/** @type {any} */ (mark));
  if ("alpha" in mark && mark.alpha !== undefined) element.setAttribute("opacity", String(mark.alpha));
  return element;
}

/** @param {[number, number][]} points */
const pathOf = (points) =>
  points.map(([x, y], k) => `${k ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

/** @type {Record<Mark["kind"], (mark: any) => SVGElement>} */
const SHAPES = {
  rect: ({ x, y, w, h, tone }) => make("rect", { x, y, width: w, height: h, class: "stats-fill-" + tone }),
  line: ({ x, y, x2, y2, tone, w }) =>
    make("line", { x1: x, y1: y, x2, y2, class: "stats-stroke-" + tone, "stroke-width": w }),
  area: ({ points, tone }) => make("path", { d: pathOf(points) + "Z", class: "stats-fill-" + tone }),
  path: ({ points, tone }) => make("path",
    { d: pathOf(points), class: "stats-stroke-" + tone, fill: "none", "stroke-width": 2 }),
  dot: ({ x, y, r, tone }) => make("circle", { cx: x, cy: y, r, class: "stats-fill-" + tone }),
  text: ({ x, y, text, tone, size, anchor, bold }) => {
    const element = make("text", { x, y, class: "stats-fill-" + tone, "font-size": size,
      "text-anchor": anchor || "start", "font-weight": bold ? 700 : 400 });
    element.textContent = text;
    return element;
  },
};

/** A PNG of a chart with what must be read beside it. @param {Layout} layout
 * @param {{title: string, lines: string[]}} words @returns {Promise<Blob>} */
export function pngOf(layout, { title, lines }) {
  const canvas = document.createElement("canvas"), head = MARGIN_PX + TITLE_PX * 1.6;
  const foot = lines.length * SMALL_PX * 1.5 + MARGIN_PX;
  canvas.width = (layout.width + 2 * MARGIN_PX) * FILE_SCALE;
  canvas.height = (head + layout.height + foot) * FILE_SCALE;
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const style = getComputedStyle(document.documentElement);
  /** @param {string} tone */
  const colour = (tone) => style.getPropertyValue("--" + tone).trim() || "black";
  const font = style.getPropertyValue("--font").trim() || "sans-serif";
  pen.scale(FILE_SCALE, FILE_SCALE);
  pen.fillStyle = colour("surface");
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.translate(MARGIN_PX, 0);
  write(pen, { x: 0, y: MARGIN_PX + TITLE_PX * 0.7, text: title, tone: "text", size: TITLE_PX, bold: true },
    colour, font);
  pen.translate(0, head);
  for (const mark of layout.marks) stroke(pen, mark, colour, font);
  lines.forEach((text, k) => write(pen,
    { x: 0, y: layout.height + SMALL_PX * 1.5 * (k + 1), text, tone: "text-2", size: SMALL_PX },
    colour, font));
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => blob ? resolve(blob) : reject(new Error("no picture")), "image/png"));
}

/** @typedef {{x: number, y: number, text: string, tone: string, size: number, anchor?: string,
 *   bold?: boolean}} Written */
/** @param {CanvasRenderingContext2D} pen @param {Written} written @param {(tone: string) => string} colour
 * @param {string} font */
function write(pen, { x, y, text, tone, size, anchor, bold }, colour, font) {
  pen.font = `${bold ? 700 : 400} ${size}px ${font}`;
  pen.fillStyle = colour(tone);
  pen.textAlign = anchor === "middle" ? "center" : anchor === "end" ? "right" : "left";
  pen.fillText(text, x, y);
}

/** @param {CanvasRenderingContext2D} pen @param {Mark} mark @param {(tone: string) => string} colour
 * @param {string} font */
function stroke(pen, mark, colour, font) {
  if (mark.kind === "text") { write(pen, mark, colour, font); return; }
  pen.globalAlpha = "alpha" in mark ? mark.alpha ?? 1 : 1;
  pen.fillStyle = pen.strokeStyle = colour(mark.tone);
  pen.beginPath();
  PENS[mark.kind](pen, /** @type {any} */ (mark));
  pen.globalAlpha = 1;
}

/** @type {Record<Exclude<Mark["kind"], "text">, (pen: CanvasRenderingContext2D, mark: any) => void>} */
const PENS = {
  rect: (pen, { x, y, w, h }) => pen.fillRect(x, y, w, h),
  line: (pen, { x, y, x2, y2, w }) => {
    pen.lineWidth = w;
    pen.moveTo(x, y);
    pen.lineTo(x2, y2);
    pen.stroke();
  },
  area: (pen, { points }) => { trace(pen, points); pen.fill(); },
  path: (pen, { points }) => { pen.lineWidth = 2; trace(pen, points); pen.stroke(); },
  dot: (pen, { x, y, r }) => { pen.arc(x, y, r, 0, 2 * Math.PI); pen.fill(); },
};

/** @param {CanvasRenderingContext2D} pen @param {[number, number][]} points */
function trace(pen, points) {
  points.forEach(([x, y], k) => k ? pen.lineTo(x, y) : pen.moveTo(x, y));
}
