// The marks of works and incidents: each kind has its own shape, so that colour is never alone.
import { el } from "./dom.js";

const RADIUS = {
  full: 8.5, partial: 9, minor: 6.2, incident: 8.5, report: 9, clash: 8, discrepancy: 9, detour: 8,
  by_hand: 9,
};
/** @type {Ui.Sign[]} */
const BARRED = ["full", "by_hand"]; // with the bar of no entry
const RING = 1.5; // how far out the ring of an overdue work lies
const STROKE_PX = 3; // the halo around a mark
/** Corners of a mark, where the first lies, its size and how far down it stands; the others are round. */
const POLYGONS = {
  partial: [3, -90, 1.1, 0.18], minor: [4, -90, 1, 0], incident: [6, 0, 1, 0],
  discrepancy: [5, -90, 1.1, 0.06], by_hand: [8, 22.5, 1.05, 0],
};

/** Full, partial or minor (sidewalk, shoulder, none, not stated). @param {Api.Closure | null} closure
 * @returns {Ui.Sign} */
export const signOf = (closure) => closure === "full" || closure === "partial" ? closure : "minor";
/** @param {Ui.Sign} sign */
export const signRadius = (sign) => RADIUS[sign];

/** @param {Ui.Context} ctx @param {Ui.Sign} sign @param {number} x @param {number} y @param {number} r */
function outline(ctx, sign, x, y, r) {
  ctx.beginPath();
  if (sign === "full") ctx.roundRect(x - r * 0.92, y - r * 0.92, r * 1.84, r * 1.84, r * 0.35);
  else if (sign === "report" || sign === "clash") ctx.arc(x, y, r, 0, 2 * Math.PI);
  else if (sign === "detour") ctx.roundRect(x - r * 1.3, y - r * 0.85, r * 2.6, r * 1.7, r * 0.85);
  else polygon(ctx, x, y, r, POLYGONS[sign]);
  ctx.closePath();
}

/** @param {Ui.Context} ctx @param {number} x @param {number} y @param {number} r @param {number[]} shape */
function polygon(ctx, x, y, r, [corners, from_deg, size, down]) {
  for (let k = 0; k < corners; k++) {
    const turn = (from_deg + 360 / corners * k) * Math.PI / 180;
    ctx.lineTo(x + r * size * Math.cos(turn), y + r * down + r * size * Math.sin(turn));
  }
}

/** What stands inside: a bar (no entry), an exclamation, a cross, nothing. @param {Ui.Context} ctx
 * @param {Ui.Sign} sign @param {number} x @param {number} y @param {number} r @param {string} colour */
function glyph(ctx, sign, x, y, r, colour) {
  ctx.fillStyle = colour;
  if (BARRED.includes(sign)) ctx.fillRect(x - r * 0.55, y - r * 0.19, r * 1.1, r * 0.38);
  if (sign === "clash") cross(ctx, x, y, r, colour);
  if (sign === "discrepancy") unequal(ctx, x, y, r, colour);
  if (sign === "detour") bend(ctx, x, y, r, colour);
  if (sign !== "partial" && sign !== "incident") return;
  const top = sign === "partial" ? y - r * 0.32 : y - r * 0.55;
  ctx.fillRect(x - r * 0.12, top, r * 0.24, r * 0.62);
  ctx.fillRect(x - r * 0.12, top + r * 0.76, r * 0.24, r * 0.24);
}

/** @param {Ui.Context} ctx @param {number} x @param {number} y @param {number} r @param {string} colour */
function cross(ctx, x, y, r, colour) {
  const arm = r * 0.42;
  ctx.beginPath();
  ctx.moveTo(x - arm, y - arm);
  ctx.lineTo(x + arm, y + arm);
  ctx.moveTo(x + arm, y - arm);
  ctx.lineTo(x - arm, y + arm);
  stroke(ctx, r * 0.24, colour);
}

/** ≠: what happens is not what was declared. @param {Ui.Context} ctx @param {number} x @param {number} y
 * @param {number} r @param {string} colour */
function unequal(ctx, x, y, r, colour) {
  const arm = r * 0.46, gap = r * 0.2, middle = y + r * 0.06;
  ctx.beginPath();
  for (const dy of [-gap, gap]) {
    ctx.moveTo(x - arm, middle + dy);
    ctx.lineTo(x + arm, middle + dy);
  }
  ctx.moveTo(x - arm * 0.55, middle + 2.4 * gap);
  ctx.lineTo(x + arm * 0.55, middle - 2.4 * gap);
  stroke(ctx, r * 0.19, colour);
}

/** An arrow that turns off. @param {Ui.Context} ctx @param {number} x @param {number} y @param {number} r
 * @param {string} colour */
function bend(ctx, x, y, r, colour) {
  ctx.beginPath();
  ctx.moveTo(x - r * 0.5, y + r * 0.5);
  ctx.lineTo(x - r * 0.5, y - r * 0.1);
  ctx.lineTo(x + r * 0.5, y - r * 0.1);
  ctx.moveTo(x + r * 0.2, y - r * 0.45);
  ctx.lineTo(x + r * 0.55, y - r * 0.1);
  ctx.lineTo(x + r * 0.2, y + r * 0.25);
  stroke(ctx, r * 0.22, colour);
}

/** @param {Ui.Context} ctx @param {number} width @param {string} colour */
function stroke(ctx, width, colour) {
  ctx.lineWidth = width;
  ctx.strokeStyle = colour;
  ctx.stroke();
}

/** @param {Ui.Context} ctx @param {string} colour */
function fill(ctx, colour) {
  ctx.fillStyle = colour;
  ctx.fill();
}

/** @param {Ui.Context} ctx @param {Ui.Sign} sign @param {number} x @param {number} y @param {number} scale
 * @param {Ui.Style} style @param {Ui.Colours} colours */
export function drawSign(ctx, sign, x, y, scale, style, colours) {
  const r = RADIUS[sign] * scale;
  ctx.save();
  ctx.lineJoin = "round";
  if (style === "late") ring(ctx, x, y, r * RING, scale, colours);
  outline(ctx, sign, x, y, r);
  if (style === "solid" || style === "late") {
    stroke(ctx, 3 * scale, colours.halo);
    fill(ctx, colours[sign]);
    stroke(ctx, scale, colours.edge);
    glyph(ctx, sign, x, y, r, sign === "partial" ? colours.glyph : colours.mark);
  } else drawHollow(ctx, sign, x, y, scale, style, colours);
  ctx.restore();
}

/** @param {Ui.Context} ctx @param {Ui.Sign} sign @param {number} x @param {number} y @param {number} scale
 * @param {Ui.Style} style @param {Ui.Colours} colours */
function drawHollow(ctx, sign, x, y, scale, style, colours) {
  const r = RADIUS[sign] * scale, isDashed = style === "dashed";
  stroke(ctx, 5.6 * scale, colours.halo);
  fill(ctx, colours.hollow);
  stroke(ctx, 3.6 * scale, sign === "report" ? colours.hollow : isDashed ? colours.text : colours.edge);
  if (isDashed) ctx.setLineDash([3 * scale, 2.4 * scale]);
  stroke(ctx, 2.6 * scale, colours[sign]);
  ctx.setLineDash([]);
  if (sign === "clash") cross(ctx, x, y, r, colours[sign]);
  if (sign === "discrepancy") unequal(ctx, x, y, r, colours[sign]);
  if (sign === "report") question(ctx, x, y, r, colours[sign]);
}

/** @param {Ui.Context} ctx @param {number} x @param {number} y @param {number} r @param {number} scale
 * @param {Ui.Colours} colours */
function ring(ctx, x, y, r, scale, colours) {
  ctx.beginPath();
  ctx.arc(x, y, r, 0, 2 * Math.PI);
  stroke(ctx, 3.6 * scale, colours.halo);
  stroke(ctx, 1.8 * scale, colours.text);
}

/** ?: nobody confirmed it. Drawn, not written: a further font takes tens of milliseconds to load.
 * @param {Ui.Context} ctx @param {number} x @param {number} y @param {number} r @param {string} colour */
function question(ctx, x, y, r, colour) {
  ctx.beginPath();
  ctx.arc(x, y - r * 0.22, r * 0.29, -Math.PI, Math.PI * 0.3);
  ctx.quadraticCurveTo(x, y + r * 0.06, x, y + r * 0.22);
  stroke(ctx, r * 0.22, colour);
  ctx.fillStyle = colour;
  ctx.fillRect(x - r * 0.12, y + r * 0.38, r * 0.24, r * 0.24);
}

/** Pictures of what a view may have thousands of: each is a few strokes, and is drawn once.
 * @template {{x: number, y: number}} T */
export class Stamps {
  made = /** @type {Map<string, HTMLCanvasElement>} */ (new Map());
  colours = /** @type {Ui.Colours | null} */ (null);
  ratio = 0;

  /** @param {(thing: T) => string} keyOf same for things that look the same
   * @param {(thing: T, ratio: number, colours: Ui.Colours) => HTMLCanvasElement} make its picture, with the
   * thing in the middle */
  constructor(keyOf, make) {
    this.keyOf = keyOf;
    this.make = make;
  }

  /** Draws a thing, at a whole pixel of the canvas. @param {Ui.Context} ctx @param {T} thing
   * @param {number} ratio pixels of the canvas to one of the page @param {Ui.Colours} colours */
  draw(ctx, thing, ratio, colours) {
    if (colours !== this.colours || ratio !== this.ratio) this.made.clear();
    Object.assign(this, { colours, ratio });
    const key = this.keyOf(thing), picture = this.made.get(key) || this.make(thing, ratio, colours);
    this.made.set(key, picture);
    const [left, top] = [[thing.x, picture.width], [thing.y, picture.height]]
      .map(([at, size]) => Math.round(at * ratio - size / 2));
    ctx.drawImage(picture, left / ratio, top / ratio, picture.width / ratio, picture.height / ratio);
  }
}

/** The pictures of marks. */
export const markStamps = () => new Stamps(
  (/** @type {Ui.Mark} */ { sign, style, scale }) => `${sign} ${style} ${scale}`,
  ({ sign, style, scale }, ratio, colours) => stamp((RADIUS[sign] * RING + STROKE_PX) * scale, ratio,
    (ctx) => drawSign(ctx, sign, 0, 0, scale, style, colours)),
);

/** A picture of what is painted around 0, 0 and reaches `half` px to each side. @param {number} half
 * @param {number} ratio @param {(ctx: Ui.Context) => void} paint */
export function stamp(half, ratio, paint) {
  const canvas = el("canvas"), ctx = contextOf(canvas), middle = Math.ceil(half * ratio);
  canvas.width = canvas.height = 2 * middle;
  ctx.setTransform(ratio, 0, 0, ratio, middle, middle);
  paint(ctx);
  return canvas;
}

/** The symbol of each status on a feed's chip. @type {Record<string, string>} */
export const FEED_SYMBOLS = {
  live: "●", empty: "○", partial: "◐", frozen: "▣", dropped: "↓", unknown: "?", stale: "◷", stopped: "■",
  never: "∅", ahead: "»", held: "‖",
};

const drawn = /** @type {Map<string, string>} */ (new Map());

/** A small picture of one mark, for lists and the legend; each is drawn once. @param {Ui.Sign} sign
 * @param {Ui.Style} style @param {Ui.Colours} colours */
export function signIcon(sign, style, colours) {
  const key = [sign, style, colours[sign], colours.hollow, colours.halo].join(), image = el("img", "sign");
  if (!drawn.has(key)) drawn.set(key, draw(sign, style, colours));
  image.alt = "";
  image.src = drawn.get(key) || "";
  return image;
}

/** @param {Ui.Sign} sign @param {Ui.Style} style @param {Ui.Colours} colours */
function draw(sign, style, colours) {
  const canvas = el("canvas"), ctx = contextOf(canvas);
  canvas.width = canvas.height = 72;
  ctx.scale(3, 3);
  drawSign(ctx, sign, 12, 12, style === "late" ? 0.76 : 0.92, style, colours);
  return canvas.toDataURL();
}

/** @param {HTMLCanvasElement} canvas */
export function contextOf(canvas) {
  const ctx = canvas.getContext("2d");
  if (!ctx) throw new Error("this browser draws no canvas");
  return ctx;
}
