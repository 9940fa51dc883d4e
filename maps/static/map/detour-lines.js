// The ways that buses take round: dashed lines with the route's number, stops left out crossed.
import { worldX, worldY } from "./network.js";

const STOP_PX = 5;
const LABEL_FROM_ZOOM = 13;

/** The points of a way on the canvas. @param {Api.Detour} row @param {Ui.View} view */
export function pointsOf({ path }, view) {
  return path.map(([lon, lat]) => ({ x: view.px(worldX(lon)), y: view.py(worldY(lat)) }));
}

/** @param {Ui.Context} ctx @param {Ui.View} view @param {Iterable<Api.Detour>} rows
 * @param {Ui.Colours} palette @param {number} scale */
export function paintDetours(ctx, view, rows, palette, scale) {
  ctx.save();
  ctx.lineCap = "round";
  ctx.lineJoin = "round";
  for (const row of rows) {
    paintLine(ctx, pointsOf(row, view), palette, scale);
    for (const stop of row.stops) paintStop(ctx, view, stop, palette, scale);
    if (view.zoom >= LABEL_FROM_ZOOM) paintNumber(ctx, row, pointsOf(row, view), palette, scale);
  }
  ctx.restore();
}

/** @param {Ui.Context} ctx @param {{x: number, y: number}[]} points @param {Ui.Colours} palette
 * @param {number} scale */
function paintLine(ctx, points, palette, scale) {
  if (points.length < 2) return;
  ctx.beginPath();
  for (const { x, y } of points) ctx.lineTo(x, y);
  ctx.setLineDash([]);
  ctx.lineWidth = 6 * scale;
  ctx.strokeStyle = palette.halo;
  ctx.stroke();
  ctx.setLineDash([9 * scale, 7 * scale]);
  ctx.lineWidth = 3.2 * scale;
  ctx.strokeStyle = palette.detour;
  ctx.stroke();
  ctx.setLineDash([]);
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
