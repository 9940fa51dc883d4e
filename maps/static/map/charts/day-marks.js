// What lies over the line of a day: closures as bars on the axis of time, passages as ticks, now as a line.

const BAR_PX = 7, TICK_PX = 5, HATCH_PX = 5;

/** @param {Ui.Plot} plot @param {Ui.ChartDay} day @param {Ui.Looks} looks */
export function paintDay(plot, day, looks) {
  const { ctx, bbox } = plot, ratio = devicePixelRatio * looks.scale;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top - BAR_PX * ratio, bbox.width, bbox.height + BAR_PX * ratio);
  ctx.clip();
  for (const closed of day.closed) paintClosed(plot, closed, looks, ratio);
  paintTicks(plot, day, looks, ratio);
  paintNow(plot, day, looks, ratio);
  ctx.restore();
}

/** A time in canvas pixels. @param {Ui.Plot} plot @param {number} ms */
const xOf = (plot, ms) => plot.valToPos(ms / 1000, "x", true);

/** A bar on the axis, and a veil over the time that it stands for; what is planned is only an outline.
 * @param {Ui.Plot} plot @param {Ui.ChartDay["closed"][number]} closed @param {Ui.Looks} looks
 * @param {number} ratio */
function paintClosed(plot, { from_ms, until_ms, closure, isPlanned }, looks, ratio) {
  const { ctx, bbox } = plot, left = Math.max(xOf(plot, from_ms), bbox.left);
  const width = Math.max(xOf(plot, until_ms) - left, 2 * ratio), height = BAR_PX * ratio;
  const y = bbox.top + bbox.height - height, colour = toneOf(closure, looks);
  ctx.fillStyle = ctx.strokeStyle = colour;
  ctx.globalAlpha = 0.12;
  ctx.fillRect(left, bbox.top, width, bbox.height - height);
  ctx.globalAlpha = 1;
  ctx.lineWidth = 1.5 * ratio;
  if (isPlanned) ctx.strokeRect(left, y, width, height - ratio); else ctx.fillRect(left, y, width, height);
  if (!isPlanned && closure !== "full") hatch(ctx, left, y, width, height, looks, ratio);
}

/** @param {string} closure @param {Ui.Looks} looks */
const toneOf = (closure, looks) => closure === "full" ? looks.full : closure === "partial" ? looks.partial
  : looks.minor;

/** What is not fully closed is hatched: colour is never alone. @param {Ui.Context} ctx @param {number} left
 * @param {number} y @param {number} width @param {number} height @param {Ui.Looks} looks
 * @param {number} ratio */
function hatch(ctx, left, y, width, height, looks, ratio) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, y, width, height);
  ctx.clip();
  ctx.strokeStyle = looks.surface;
  for (let x = left - height; x < left + width; x += HATCH_PX * ratio) {
    ctx.beginPath();
    ctx.moveTo(x, y + height);
    ctx.lineTo(x + height, y);
    ctx.stroke();
  }
  ctx.restore();
}

/** A tick a quarter hour with passages, the longer the more. @param {Ui.Plot} plot
 * @param {Ui.ChartDay} day @param {Ui.Looks} looks @param {number} ratio */
function paintTicks(plot, day, looks, ratio) {
  const { ctx, bbox } = plot;
  ctx.fillStyle = looks.bus;
  day.ticks.forEach((count, k) => {
    const height = Math.min(3, count) * TICK_PX / 2 * ratio;
    if (count) ctx.fillRect(xOf(plot, day.times[k]) - ratio / 2, bbox.top, ratio, height);
  });
}

/** Where now is, in a day that goes on ahead of it. @param {Ui.Plot} plot @param {Ui.ChartDay} day
 * @param {Ui.Looks} looks @param {number} ratio */
function paintNow(plot, day, looks, ratio) {
  const { ctx, bbox } = plot, last_ms = day.times[day.times.length - 1];
  if (day.now_ms >= last_ms || day.now_ms <= day.times[0]) return;
  ctx.fillStyle = looks.text;
  ctx.fillRect(xOf(plot, day.now_ms) - ratio / 2, bbox.top, ratio, bbox.height);
}
