// Closures along the edge of their links, road names, marks, and what is chosen: one canvas over the links.
import { colours, screenScale } from "../palette.js";
import { markStamps, signOf, signRadius } from "../signs.js";
import { paintImpassable, paintPromises } from "./driven.js";
import { detourSteps } from "./detour-lines.js";
import { KINDS } from "./kinds.js";
import { Labels } from "./labels.js";
import { worldX, worldY } from "./network.js";
import { SlowCanvas } from "./slow-canvas.js";
import { drain } from "./slices.js";
import { spread } from "./spread.js";

const SMALL_BELOW_ZOOM = 13; // works that close nothing are dots in a view of the whole city
const ROOMY_FROM_ZOOM = 14; // marks stand aside from here; in a wider view they would cover the roads
const FAR_BELOW_ZOOM = 12; // a large network has thousands of works in view: they leave its roads to be seen
/** Up to which zoom, and how near: in a view of the whole city a few say where it is; in a street each is
 * seen. */
const GATHERS_PX = [[13.5, 46], [15, 38], [16.5, 28]];
const EDGE_PX = 0.8; // the dark line around a closure
const FLUSH_AFTER = 4; // steps of a picture out of sight that are made real together
const CLOSURES_A_STEP = 4, MARKS_A_STEP = 12;
const SHORTEST_PX = 30; // a closure is drawn at least so long, or its mark would cover it
/** The gravest last, on top. @type {Ui.Sign[]} */
const ORDER = ["minor", "report", "detour", "partial", "full", "by_hand", "incident", "clash", "discrepancy"];

/** What hinders nobody much: half of the clashes of a city, and from afar only in the way of the others.
 * @param {Ui.Mark} mark */
const isMinorClash = ({ kind, style }) => kind === "clash" && style === "hollow";

export class MarksLayer {
  scale = 1;
  marks = /** @type {Ui.Mark[]} */ ([]); // on the screen
  painting = /** @type {Ui.Mark[]} */ ([]); // of the picture under way
  chosenLinks = /** @type {number[]} */ ([]);
  preview = /** @type {Ui.Closing["preview"] | null} */ (null); // a closure while it is typed
  ring = /** @type {{x: number, y: number} | null} */ (null);

  /** @param {Ui.LeafletMap} map @param {Ui.Picture} picture @param {Ui.State} state
   * @param {Ui.LinksLayer} links */
  constructor(map, picture, state, links) {
    this.network = picture.network;
    this.picture = picture;
    this.state = state;
    this.links = links;
    this.labels = new Labels(this.network);
    this.stamps = markStamps();
    this.canvas = new SlowCanvas(map, "bomnae-marks", 410, {
      steps: (ctx, view) => this.paintSlowly(ctx, view), shown: () => this.onShown(),
      paint: (ctx, view) => this.paintAll(ctx, view),
    });
  }

  /** @param {Ui.Context} ctx @param {Ui.View} view */
  paintAll(ctx, view) {
    drain(this.stepsFor(ctx, view));
    this.onShown();
  }

  /** The marks of the picture that is on the screen now. */
  onShown() { this.marks = this.painting; }

  /** The same bit by bit, out of sight. @param {Ui.Context} ctx @param {Ui.View} view */
  *paintSlowly(ctx, view) {
    const steps = this.stepsFor(ctx, view);
    for (let isOver = false; !isOver;) {
      for (let k = 0; k < FLUSH_AFTER && !isOver; k++) isOver = Boolean(steps.next().done);
      this.canvas.flush();
      yield;
    }
  }

  /** Lines are traced by the links, which may stand where the map was before.
   * @param {Ui.Context} ctx @param {Ui.View} view */
  *stepsFor(ctx, view) {
    const { links } = this, steps = this.steps(ctx, view);
    links.measure(view);
    for (let isOver = false; !isOver;) {
      links.paintedView = view;
      isOver = Boolean(steps.next().done);
      links.paintedView = null;
      yield;
    }
  }

  /** @param {Ui.Context} ctx @param {Ui.View} view */
  *steps(ctx, view) {
    const palette = colours(), { state } = this;
    this.scale = screenScale();
    const marks = this.painting = this.placed(view);
    yield;
    if (state.isShown("promise")) paintPromises(this, ctx, view, palette);
    this.paintChosen(ctx, view, palette);
    yield* this.closureSteps(ctx, view, palette);
    if (state.isShown("impassable")) paintImpassable(this, ctx, view, palette);
    yield;
    if (state.isShown("detours")) {
      yield* detourSteps(ctx, view, this.picture.rows.detour.values(), palette, this.scale);
    }
    this.preview?.paint(this, ctx, view, palette);
    if (state.isShown("labels")) yield* this.labels.steps(ctx, view, palette, this.taken(view, marks));
    yield* this.markSteps(ctx, ctx.canvas.width / view.width, palette, marks);
    if (this.ring) paintRing(ctx, view.px(this.ring.x), view.py(this.ring.y), palette, this.scale);
  }

  /** @param {Ui.Context} ctx @param {number} ratio @param {Ui.Colours} palette @param {Ui.Mark[]} marks */
  *markSteps(ctx, ratio, palette, marks) {
    for (const { from, x, y } of marks) if (from) paintLeader(ctx, from, { x, y }, palette);
    for (let k = 0; k < marks.length; k++) {
      if (!marks[k].under) this.stamps.draw(ctx, marks[k], ratio, palette);
      if (k % MARKS_A_STEP === MARKS_A_STEP - 1) yield;
    }
    ctx.font = `700 ${Math.round(10.5 * this.scale)}px ${getComputedStyle(document.body).fontFamily}`;
    for (const mark of marks) if (mark.count) paintCount(ctx, mark, palette);
  }

  /** Closures along the outer edge of their links, beside the colour of the speed: whole where buses or the
   * site confirmed it, dashes where it is reported, dots where buses drove through.
   * @param {Ui.Context} ctx @param {Ui.View} view @param {Ui.Colours} palette */
  *closureSteps(ctx, view, palette) {
    ctx.lineCap = "butt";
    let count = 0;
    for (const [i, closure] of this.picture.closures) {
      const sign = signOf(closure);
      if (!this.state.isShown(sign) || !this.network.drawn[i] || !view.sees(this.network.box, i)) continue;
      const bed = this.links.beds[this.network.rank[i]], reach = this.missing(i, view) / 2;
      const [least, share] = sign === "minor" ? [2.4, 0.3] : [3.6, 0.5];
      const width = Math.max(least * this.scale, bed * share);
      const aside = (bed + width) / 2 + EDGE_PX;
      this.line(ctx, i, palette.edge, width + 2 * EDGE_PX, reach, aside);
      this.line(ctx, i, palette.stripe, width, reach, aside);
      ctx.setLineDash(dashesOf(this.picture.sure.get(i), width));
      this.line(ctx, i, palette[sign], width, reach, aside);
      ctx.setLineDash([]);
      if (++count % CLOSURES_A_STEP === 0) yield;
    }
  }

  /** How much longer a closure on a link must be drawn to be seen beside its mark, px.
   * @param {number} i @param {Ui.View} view */
  missing(i, view) {
    const { start, end, x, y } = this.network;
    let length = 0;
    for (let v = start[i]; v < end[i] - 1; v++) {
      length += Math.hypot(x[v + 1] - x[v], y[v + 1] - y[v]) * view.scale;
    }
    return Math.max(0, SHORTEST_PX * this.scale - length);
  }

  /** The line of a link, `reach` px past its ends and `aside` px beside it. @param {Ui.Context} ctx
   * @param {number} i @param {string} colour @param {number} width @param {number} reach
   * @param {number} aside */
  line(ctx, i, colour, width, reach = 0, aside = 0) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.beginPath();
    this.links.trace(ctx, i, reach, aside);
    ctx.stroke();
  }

  /** The links of the selection, edged in the accent colour so that their own colour stays readable.
   * @param {Ui.Context} ctx @param {Ui.View} view @param {Ui.Colours} palette */
  paintChosen(ctx, view, palette) {
    for (const i of this.chosenLinks) {
      if (!view.sees(this.network.box, i)) continue;
      const width = this.links.beds[this.network.rank[i]];
      ctx.lineCap = "round";
      ctx.globalAlpha = 0.45;
      this.line(ctx, i, palette.accent, width + 11);
      ctx.globalAlpha = 1;
      ctx.lineCap = "butt";
      ctx.globalCompositeOperation = "destination-out";
      this.line(ctx, i, "#000", width + 1);
      ctx.globalCompositeOperation = "source-over";
    }
  }

  /** Marks a selection: links to edge and a place to ring. @param {number[]} links
   * @param {Ui.Place | null} place */
  choose(links, place) {
    if (!links.length && !place && !this.chosenLinks.length && !this.ring) return;
    this.chosenLinks = links;
    this.ring = pointOf(place);
    this.canvas.repaint();
  }

  /** The room that marks leave no names; a dot may lie on one. @param {Ui.View} view
   * @param {Ui.Mark[]} marks */
  taken({ zoom }, marks) {
    return marks.filter(({ sign }) => zoom >= SMALL_BELOW_ZOOM || sign !== "minor").map(boxOf);
  }

  /** Every mark of the view, the gravest last so that it lies on top. Dots of a view of the whole city stay
   * where they are: there they show how much there is. @param {Ui.View} view */
  placed(view) {
    const marks = /** @type {Ui.Mark[]} */ ([]);
    for (const [kind, row] of Object.entries(KINDS)) {
      if (!row.mark) continue;
      for (const thing of this.picture.mapOf(kind).values()) {
        marks.push(...this.marksOf(kind, row, thing, view));
      }
    }
    const near = marks.filter((mark) => view.zoom >= SMALL_BELOW_ZOOM || !isMinorClash(mark));
    near.sort((a, b) => ORDER.indexOf(a.sign) - ORDER.indexOf(b.sign)
      || Number(b.style === "hollow") - Number(a.style === "hollow") || (a.id < b.id ? -1 : 1));
    /** @param {Ui.Mark} mark */
    const isDot = ({ sign }) => sign === "minor" && view.zoom < SMALL_BELOW_ZOOM;
    const signs = near.filter((mark) => !isDot(mark));
    return [...near.filter(isDot), ...spread(signs, view.zoom >= ROOMY_FROM_ZOOM)];
  }

  /** The mark of a thing; none where it is not shown, not placed or not in view. @param {string} kind
   * @param {Ui.Kind<any>} row of the kind @param {Api.Placed} thing @param {Ui.View} view
   * @returns {Ui.Mark[]} */
  marksOf(kind, { mark, side = 0, isGathered, ...row }, thing, view) {
    const at = this.isDrawn(row, thing) ? this.placeOf(thing, side) : null;
    if (!at || !mark) return [];
    const { sign, style } = mark(thing), scale = this.scale * (side ? 1 : this.sizeAt(view.zoom, sign));
    const r = signRadius(sign) * scale, away = 1.9 * r;
    const x = view.px(at.x) + side * away, y = view.py(at.y) - Math.abs(side) * away;
    if (!view.holds(x, y)) return [];
    const gathers_px = nearAt(isGathered, view.zoom);
    return [{ kind, id: thing.id, sign, style, x, y, scale, r, gathers_px }];
  }

  /** @param {number} zoom @param {Ui.Sign} sign */
  sizeAt(zoom, sign) {
    if (zoom >= SMALL_BELOW_ZOOM) return 1;
    const isFar = this.network.index !== null && zoom < FAR_BELOW_ZOOM;
    return (sign === "minor" ? 0.58 : 0.85) * (isFar ? 0.65 : 1);
  }

  /** @param {Ui.Kind<any>} row of its kind @param {Api.Placed} thing */
  isDrawn({ layers = [], layerOf, isDrawn }, thing) {
    const layer = layerOf ? layerOf(thing) : layers[0];
    return this.state.isShown(layer) && (!isDrawn || isDrawn(thing, this.state));
  }

  /** Where a thing is, in world units; one that stands beside its place may have only a link.
   * @param {Api.Placed} thing @param {number} side */
  placeOf(thing, side) {
    return pointOf(thing) || (side && thing.links.length ? this.network.middle(thing.links[0]) : null);
  }
}

/** How near each other marks of a kind that gathers lie on one another, px.
 * @param {boolean | undefined} isGathered @param {number} zoom */
function nearAt(isGathered, zoom) {
  return isGathered && GATHERS_PX.find(([below]) => zoom < below)?.[1] || 0;
}

/** A place in world units, null where none is known. @param {Ui.Place | null} place */
function pointOf(place) {
  if (!place || (place.lon ?? null) === null) return null;
  return { x: worldX(Number(place.lon)), y: worldY(Number(place.lat)) };
}

/** @param {Ui.Context} ctx @param {number} x @param {number} y @param {Ui.Colours} palette
 * @param {number} scale */
function paintRing(ctx, x, y, palette, scale) {
  ctx.lineWidth = 5 * scale;
  ctx.strokeStyle = palette.halo;
  ctx.beginPath();
  ctx.arc(x, y, 16 * scale, 0, 2 * Math.PI);
  ctx.stroke();
  ctx.lineWidth = 2.5 * scale;
  ctx.strokeStyle = palette.accent;
  ctx.stroke();
}

/** The dashes of a closure's line. @param {string | undefined} sure @param {number} width */
function dashesOf(sure, width) {
  if (sure === "confirmed") return [];
  return sure === "contradicted" ? [width * 0.6, width * 1.4] : [width * 2, width * 1.1];
}

/** From a mark that stands aside to its place. @param {Ui.Context} ctx @param {{x: number, y: number}} from
 * @param {{x: number, y: number}} to @param {Ui.Colours} palette */
function paintLeader(ctx, from, to, palette) {
  for (const [colour, width] of /** @type {const} */ ([[palette.halo, 3.4], [palette.text, 1.3]])) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.beginPath();
    ctx.moveTo(from.x, from.y);
    ctx.lineTo(to.x, to.y);
    ctx.stroke();
  }
  ctx.fillStyle = palette.text;
  ctx.beginPath();
  ctx.arc(from.x, from.y, 2.2, 0, 2 * Math.PI);
  ctx.fill();
}

/** How many marks lie on one another, at the corner of the uppermost. @param {Ui.Context} ctx
 * @param {Ui.Mark} mark @param {Ui.Colours} palette */
function paintCount(ctx, { x, y, r, scale, count }, palette) {
  const text = String(count), high = 13 * scale;
  const wide = Math.max(high, ctx.measureText(text).width + 6 * scale);
  const left = x + r * 0.45, top = y - r * 0.55 - high;
  ctx.fillStyle = palette.text;
  ctx.beginPath();
  ctx.roundRect(left, top, wide, high, high / 2);
  ctx.fill();
  ctx.fillStyle = palette.hollow;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillText(text, left + wide / 2, top + high / 2 + 0.5);
}

/** @param {Ui.Mark} mark @returns {Ui.Box} */
const boxOf = ({ x, y, r }) => [x - r - 1, y - r - 1, x + r + 1, y + r + 1];
