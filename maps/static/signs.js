// The marks of works and incidents: each kind has its own shape, so that colour is never alone.

const RADIUS = { full: 8.5, partial: 9, minor: 6.2, incident: 8.5, report: 9, clash: 8 };
const RING = 1.5; // how far out the ring of an overdue work lies

/** Which mark a work gets: full, partial or minor (sidewalk, shoulder, none, not stated). */
export const signOf = (closure) => closure === "full" || closure === "partial" ? closure : "minor";
export const signRadius = (sign) => RADIUS[sign];

function outline(ctx, sign, x, y, r) {
  ctx.beginPath();
  if (sign === "full") square(ctx, x, y, r * 0.92, r * 0.35);
  else if (sign === "partial") polygon(ctx, x, y + r * 0.18, r * 1.1, 3, -90);
  else if (sign === "incident") polygon(ctx, x, y, r, 6, 0);
  else if (sign === "report" || sign === "clash") ctx.arc(x, y, r, 0, 2 * Math.PI);
  else polygon(ctx, x, y, r, 4, -90);
  ctx.closePath();
}

function square(ctx, x, y, half, round) {
  if (ctx.roundRect) ctx.roundRect(x - half, y - half, 2 * half, 2 * half, round);
  else ctx.rect(x - half, y - half, 2 * half, 2 * half);
}

function polygon(ctx, x, y, r, corners, from_deg) {
  for (let k = 0; k < corners; k++) {
    const turn = (from_deg + 360 / corners * k) * Math.PI / 180;
    ctx.lineTo(x + r * Math.cos(turn), y + r * Math.sin(turn));
  }
}

/** What stands inside: a bar (no entry), an exclamation, a cross, nothing. */
function glyph(ctx, sign, x, y, r, colour) {
  ctx.fillStyle = colour;
  if (sign === "full") ctx.fillRect(x - r * 0.55, y - r * 0.19, r * 1.1, r * 0.38);
  if (sign === "clash") cross(ctx, x, y, r * 0.42, r * 0.24, colour);
  if (sign !== "partial" && sign !== "incident") return;
  const top = sign === "partial" ? y - r * 0.32 : y - r * 0.55;
  ctx.fillRect(x - r * 0.12, top, r * 0.24, r * 0.62);
  ctx.fillRect(x - r * 0.12, top + r * 0.76, r * 0.24, r * 0.24);
}

function cross(ctx, x, y, arm, width, colour) {
  ctx.lineWidth = width;
  ctx.strokeStyle = colour;
  ctx.beginPath();
  ctx.moveTo(x - arm, y - arm);
  ctx.lineTo(x + arm, y + arm);
  ctx.moveTo(x + arm, y - arm);
  ctx.lineTo(x - arm, y + arm);
  ctx.stroke();
}

/** Draws a mark. `style`: solid (now), late (now, and past its end), hollow (planned), dashed (outside its hours). */
export function drawSign(ctx, sign, x, y, scale, style, colours) {
  const r = RADIUS[sign] * scale;
  const fill = colours[sign];
  ctx.save();
  ctx.lineJoin = "round";
  outline(ctx, sign, x, y, r);
  if (style === "late") ring(ctx, x, y, r * RING, scale, colours);
  if (style === "late") outline(ctx, sign, x, y, r);
  if (style === "solid" || style === "late") {
    ctx.lineWidth = 3 * scale;
    ctx.strokeStyle = colours.halo;
    ctx.stroke();
    ctx.fillStyle = fill;
    ctx.fill();
    ctx.lineWidth = 1 * scale;
    ctx.strokeStyle = colours.edge;
    ctx.stroke();
    glyph(ctx, sign, x, y, r, sign === "partial" ? "#1e2124" : colours.mark);
  } else {
    ctx.lineWidth = 5.6 * scale;
    ctx.strokeStyle = colours.halo;
    ctx.stroke();
    ctx.fillStyle = colours.hollow;
    ctx.fill();
    ctx.lineWidth = 3.6 * scale;
    ctx.strokeStyle = sign === "report" ? colours.hollow : style === "dashed" ? colours.rest : colours.edge;
    ctx.stroke();
    if (style === "dashed") ctx.setLineDash([3 * scale, 2.4 * scale]);
    ctx.lineWidth = 2.6 * scale;
    ctx.strokeStyle = fill;
    ctx.stroke();
    ctx.setLineDash([]);
    if (sign === "clash") cross(ctx, x, y, r * 0.42, r * 0.24, fill);
    if (sign === "report") question(ctx, x, y, r, fill);
  }
  ctx.restore();
}

function ring(ctx, x, y, r, scale, colours) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  for (const [width, colour] of [[3.6, colours.halo], [1.8, colours.rest]]) {
    ctx.lineWidth = width * scale;
    ctx.strokeStyle = colour;
    ctx.stroke();
  }
}

function question(ctx, x, y, r, colour) {
  ctx.fillStyle = colour;
  ctx.font = `800 ${Math.round(r * 1.45)}px sans-serif`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText("?", x, y + r * 0.06);
}

/** The symbol of each word on a feed's chip. */
export const FEED_SYMBOLS = { live: "●", empty: "○", partial: "◐", frozen: "▣", dropped: "↓", unknown: "?", stale: "◷", stopped: "■", never: "∅", ahead: "»", held: "‖" };

const drawn = new Map();

/** A small picture of one mark, for lists and the legend; each is drawn once. */
export function signIcon(sign, style, colours) {
  const key = [sign, style, colours[sign], colours.hollow].join();
  if (!drawn.has(key)) drawn.set(key, draw(sign, style, colours));
  const image = document.createElement("img");
  image.className = "sign";
  image.alt = "";
  image.src = drawn.get(key);
  return image;
}

function draw(sign, style, colours) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 72;
  const ctx = canvas.getContext("2d");
  ctx.scale(3, 3);
  drawSign(ctx, sign, 12, 12, style === "late" ? 0.76 : 0.92, style, colours);
  return canvas.toDataURL();
}
