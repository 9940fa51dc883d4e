// The mark of a dataset as the list shows it.
import { strokesOf, TINTS } from "./areas.js";
import { outline } from "./layer.js";

const SVG = "http://www.w3.org/2000/svg";

/** The mark of a look as the list shows it. @param {number} look @param {string} draw
 * @param {number} of the class of an area */
export function swatch(look, draw, of = 1) {
  const svg = document.createElementNS(SVG, "svg");
  const isArea = draw === "area" || draw === "dong";
  const shape = document.createElementNS(SVG, isArea ? "rect" : "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `data-swatch ${isArea ? "area" : draw}`);
  svg.dataset.look = String(look + 1);
  const given = { point: { d: pathOf(look) }, line: { d: "M0 8h16" } }[draw]
    || { x: 1, y: 2, width: 14, height: 12 };
  for (const [name, value] of Object.entries(given)) shape.setAttribute(name, String(value));
  svg.append(shape);
  if (isArea) svg.append(...hatched(shape, look, of));
  return svg;
}

/** Tints the box of an area, and what hatches it. @param {Element} box @param {number} look
 * @param {number} of */
function hatched(box, look, of) {
  box.setAttribute("fill-opacity", String(TINTS[of] ?? 0));
  if (of < 0) box.setAttribute("stroke-dasharray", "1.5 2");
  const lines = of < 0 ? "" : strokesOf(of, look, 12);
  const inside = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
  const given = { x: 2, y: 3, width: 12, height: 10, viewBox: "0 0 12 10" };
  for (const [name, value] of Object.entries(given)) inside.setAttribute(name, String(value));
  path.setAttribute("d", lines);
  inside.setAttribute("class", "hatch");
  inside.append(path);
  return lines ? [inside] : [];
}

/** @param {number} look */
function pathOf(look) {
  const steps = /** @type {string[]} */ ([]);
  const pen = {
    moveTo: (/** @type {number} */ x, /** @type {number} */ y) => steps.push(`M${x} ${y}`),
    lineTo: (/** @type {number} */ x, /** @type {number} */ y) => steps.push(`L${x} ${y}`),
    closePath: () => steps.push("Z"),
    arc: (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ r) =>
      steps.push(`A${r} ${r} 0 1 1 ${x - r} ${y} A${r} ${r} 0 1 1 ${x + r} ${y}`),
    rect: (/** @type {number} */ x, /** @type {number} */ y, /** @type {number} */ w) =>
      steps.push(`M${x} ${y}h${w}v${w}h${-w}Z`),
  };
  outline(/** @type {any} */ (pen), look, 8, 8, 6);
  return steps.join("");
}
