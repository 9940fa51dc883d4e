// A day of a corridor in a line as small as its row; the words beside it and the chart behind it say it too.
import { el } from "../../dom.js";
import { contextOf } from "../../signs.js";

/** @param {(number | null)[]} values */
export function sparkline(values) {
  const canvas = el("canvas", "spark");
  canvas.setAttribute("aria-hidden", "true");
  new ResizeObserver(() => paint(canvas, values)).observe(canvas); // once it has its place on the page
  return canvas;
}

/** @param {HTMLCanvasElement} canvas @param {(number | null)[]} values */
function paint(canvas, values) {
  const width = Math.round(canvas.clientWidth * devicePixelRatio);
  const height = Math.round(canvas.clientHeight * devicePixelRatio);
  const known = values.filter((value) => value !== null);
  if (!width || !known.length) return;
  Object.assign(canvas, { width, height });
  const ctx = contextOf(canvas), colour = getComputedStyle(canvas).color;
  const most = Math.max(...known), least = Math.min(...known) * 0.9, room = height - 4;
  ctx.strokeStyle = ctx.fillStyle = colour;
  ctx.lineWidth = Math.max(1, devicePixelRatio * 1.5);
  ctx.beginPath();
  let isDown = false;
  values.forEach((value, k) => {
    const x = k / Math.max(1, values.length - 1) * (width - 2) + 1;
    const y = value === null ? 0 : height - 2 - (value - least) / (most - least || 1) * room;
    if (value !== null && isDown) ctx.lineTo(x, y);
    if (value !== null && !isDown) { ctx.moveTo(x, y); ctx.fillRect(x - 1, y - 1, 2, 2); }
    isDown = value !== null;
  });
  ctx.stroke();
}
