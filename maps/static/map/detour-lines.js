// The ways that buses take round: dashed lines with the route's number, stops left out crossed.
import { worldX, worldY } from "./network.js";

const STOP_PX = 5;
const LEAP_M = 350; // between two places farther apart a bus was not seen: the straight line is no road
const DEGREE_M = 111_320;
const LABEL_FROM_ZOOM = 13;
const FAR_PX = 400; // a stop that is left out may lie so far from the way round

/** The points of a way on the canvas. @param {Api.Detour} row @param {Ui.View} view */
export function pointsOf({ path }, view) {
  return path.map(([lon, lat]) => ({ x: view.px(worldX(lon)), y: view.py(worldY(lat)) }));
}

/** Which stretches of a way are leaps between places where a bus was seen. @param {Api.Detour} row */
export function leapsOf({ path }) {
  return path.slice(1).map(([lon, lat], i) => {
    const [before_lon, before_lat] = path[i], narrow = Math.cos(lat * Math.PI / 180);
    return Math.hypot((lon - before_lon) * narrow, lat - before_lat) * DEGREE_M > LEAP_M;
  });
}

/** All detours in view, one a step. @param {Ui.Context} ctx @param {Ui.View} view
 * @param {Iterable<Api.Detour>} rows @param {Ui.Colours} palette @param {number} scale */
export function* detourSteps(ctx, view, rows, palette, scale) {
  ctx.save();
  ctx.lineCap = "round";
  ctx.lineJoin = "round";
  for (const row of rows) {
    const points = pointsOf(row, view);
    if (!isInView(points, view)) continue;
    paintLine(ctx, points, leapsOf(row), palette, scale);
    for (const stop of row.stops) paintStop(ctx, view, stop, palette, scale);
    if (view.zoom >= LABEL_FROM_ZOOM) paintNumber(ctx, row, points, palette, scale);
    yield;
  }
  ctx.restore();
}

/** Whether a way may touch the canvas, by the box around it; its stops lie along it.
 * @param {{x: number, y: number}[]} points @param {Ui.View} view */
function isInView(points, { width, height }) {
  const xs = points.map(({ x }) => x), ys = points.map(({ y }) => y);
  return !points.length || Math.max(...xs) > -FAR_PX && Math.min(...xs) < width + FAR_PX
    && Math.max(...ys) > -FAR_PX && Math.min(...ys) < height + FAR_PX;
}

/** Dashed where a bus was followed, a thin row of dots over what it was not seen on.
 * @param {Ui.Context} ctx @param {{x: number, y: number}[]} points @param {boolean[]} leaps
 * @param {Ui.Colours} palette @param {number} scale */
function paintLine(ctx, points, leaps, palette, scale) {
  if (points.length < 2) return;
  trace(ctx, points, leaps, false);
  ctx.setLineDash([]);
  ctx.lineWidth = 6 * scale;
  ctx.strokeStyle = palette.halo;
  ctx.stroke();
  ctx.setLineDash([9 * scale, 7 * scale]);
  ctx.lineWidth = 3.2 * scale;
  ctx.strokeStyle = palette.detour;
  ctx.stroke();
  trace(ctx, points, leaps, true);
  ctx.setLineDash([0.1, 7 * scale]);
  ctx.lineWidth = 1.8 * scale;
  ctx.stroke();
  ctx.setLineDash([]);
}

/** The path of those stretches that are leaps, or of the others. @param {Ui.Context} ctx
 * @param {{x: number, y: number}[]} points @param {boolean[]} leaps @param {boolean} areLeaps */
function trace(ctx, points, leaps, areLeaps) {
  ctx.beginPath();
  points.forEach(({ x, y }, i) => {
    if (i > 0 && leaps[i - 1] === areLeaps) ctx.lineTo(x, y);
    else ctx.moveTo(x, y);
  });
}

/** A stop that is left out, crossed. @param {Ui.Context} ctx @param {Ui.View} view
 * @param {Api.LeftStop} stop @param {Ui.Colours} palette @param {number} scale */
function paintStop(ctx, view, { lon, lat }, palette, scale) {
  if (lon === null || lat === null) return;
  const x = view.px(worldX(lon)), y = view.py(worldY(lat)), r = STOP_PX * scale, arm = r * 1.3;
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  ctx.fillStyle = palette.halo;
  ctx.fill();
  ctx.lineWidth = 1.6 * scale;
  ctx.strokeStyle = palette.detour;
  ctx.stroke();
  ctx.beginPath();
  ctx.moveTo(x - arm, y - arm);
  ctx.lineTo(x + arm, y + arm);
  ctx.moveTo(x + arm, y - arm);
  ctx.lineTo(x - arm, y + arm);
  ctx.lineWidth = 2.2 * scale;
  ctx.stroke();
}

/** The route's number a third of the way along, where the mark does not stand. @param {Ui.Context} ctx
 * @param {Api.Detour} row @param {{x: number, y: number}[]} points @param {Ui.Colours} palette
 * @param {number} scale */
function paintNumber(ctx, { title }, points, palette, scale) {
  if (points.length < 2 || !title) return;
  const at = Math.max(1, Math.floor(points.length / 3)), a = points[at - 1], b = points[at];
  const x = (a.x + b.x) / 2, y = (a.y + b.y) / 2;
  ctx.font = `700 ${12 * scale}px sans-serif`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineWidth = 4 * scale;
  ctx.strokeStyle = palette.halo;
  ctx.strokeText(title, x, y);
  ctx.fillStyle = palette.detour;
  ctx.fillText(title, x, y);
}
