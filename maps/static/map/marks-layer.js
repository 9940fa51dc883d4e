// Closures striped along their links, road names, marks, and what is chosen: one canvas over the links.
import { colours, screenScale } from "../palette.js";
import { Stamps, signOf, signRadius } from "../signs.js";
import { CanvasLayer } from "./canvas-layer.js";
import { paintImpassable, paintPromises } from "./driven.js";
import { paintDetours } from "./detour-lines.js";
import { KINDS } from "./kinds.js";
import { Labels } from "./labels.js";
import { worldX, worldY } from "./network.js";

const SMALL_BELOW_ZOOM = 13; // works that close nothing are dots in a view of the whole city
const FAR_BELOW_ZOOM = 12; // a large network has thousands of works in view: they leave its roads to be seen
const SHORTEST_PX = 30; // a closure is drawn at least so long, or its mark would cover it
/** The gravest last, on top. @type {Ui.Sign[]} */
const ORDER = ["minor", "report", "detour", "partial", "full", "incident", "clash", "discrepancy"];

export class MarksLayer {
  scale = 1;
  marks = /** @type {Ui.Mark[]} */ ([]);
  chosenLinks = /** @type {number[]} */ ([]);
  ring = /** @type {{x: number, y: number} | null} */ (null);

  /** @param {Ui.LeafletMap} map @param {Ui.Picture} picture @param {Ui.State} state
   * @param {Ui.LinksLayer} links */
  constructor(map, picture, state, links) {
    this.network = picture.network;
    this.picture = picture;
    this.state = state;
    this.links = links;
    this.labels = new Labels(this.network);
    this.stamps = new Stamps();
    this.canvas = new CanvasLayer(map, "bomnae-marks", 410, (ctx, view) => this.paintAll(ctx, view));
  }

  /** @param {Ui.Context} ctx @param {Ui.View} view */
  paintAll(ctx, view) {
    const palette = colours();
    this.scale = screenScale();
    this.marks = this.placed(view);
    if (this.state.isShown("promise")) paintPromises(this, ctx, view, palette);
    this.paintChosen(ctx, view, palette);
    this.paintClosures(ctx, view, palette);
    if (this.state.isShown("impassable")) paintImpassable(this, ctx, view, palette);
    if (this.state.isShown("detours")) {
      paintDetours(ctx, view, this.picture.rows.detour.values(), palette, this.scale);
    }
    if (this.state.isShown("labels")) this.labels.paint(ctx, view, palette, this.taken(view));
    const ratio = this.canvas.element.width / view.width;
    for (const mark of this.marks) this.stamps.draw(ctx, mark, ratio, palette);
    if (this.ring) paintRing(ctx, view.px(this.ring.x), view.py(this.ring.y), palette);
  }

  /** @param {Ui.Context} ctx @param {Ui.View} view @param {Ui.Colours} palette */
  paintClosures(ctx, view, palette) {
    ctx.lineCap = "butt";
    for (const [i, closure] of this.picture.closures) {
      const sign = signOf(closure);
      if (!this.state.isShown(sign) || !this.network.drawn[i] || !view.sees(this.network.box, i)) continue;
      const bed = this.links.beds[this.network.rank[i]], reach = this.missing(i, view) / 2;
      const width = sign === "minor" ? Math.max(3.2, bed * 0.55) : Math.max(4.4 * this.scale, bed * 0.95);
      this.line(ctx, i, palette.edge, width + 1.6, reach);
      this.line(ctx, i, palette.stripe, width, reach);
      ctx.setLineDash([width * 1.5, width * 1.2]);
      this.line(ctx, i, palette[sign], width, reach);
      ctx.setLineDash([]);
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

  /** The line of a link, `reach` px past its ends. @param {Ui.Context} ctx @param {number} i
   * @param {string} colour @param {number} width @param {number} reach */
  line(ctx, i, colour, width, reach = 0) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.beginPath();
    this.links.trace(ctx, i, reach);
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

  /** The room that marks leave no names; a dot may lie on one. @param {Ui.View} view */
  taken({ zoom }) {
    const marks = zoom < SMALL_BELOW_ZOOM ? this.marks.filter(({ sign }) => sign !== "minor") : this.marks;
    return marks.map(boxOf);
  }

  /** Every mark of the view, the gravest last so that it lies on top. @param {Ui.View} view */
  placed(view) {
    const marks = /** @type {Ui.Mark[]} */ ([]);
    for (const [kind, row] of Object.entries(KINDS)) {
      if (!row.mark) continue;
      for (const thing of this.picture.mapOf(kind).values()) {
        marks.push(...this.marksOf(kind, row, thing, view));
      }
    }
    return marks.sort((a, b) => ORDER.indexOf(a.sign) - ORDER.indexOf(b.sign)
      || Number(b.style === "hollow") - Number(a.style === "hollow"));
  }

  /** The mark of a thing; none where it is not shown, not placed or not in view. @param {string} kind
   * @param {Ui.Kind<any>} row of the kind @param {Api.Placed} thing @param {Ui.View} view
   * @returns {Ui.Mark[]} */
  marksOf(kind, { mark, side = 0, ...row }, thing, view) {
    const at = this.isDrawn(row, thing) ? this.placeOf(thing, side) : null;
    if (!at || !mark) return [];
    const { sign, style } = mark(thing), scale = this.scale * (side ? 1 : this.sizeAt(view.zoom, sign));
    const r = signRadius(sign) * scale, away = 1.9 * r;
    const x = view.px(at.x) + side * away, y = view.py(at.y) - Math.abs(side) * away;
    return view.holds(x, y) ? [{ kind, id: thing.id, sign, style, x, y, scale, r }] : [];
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

/** A place in world units, null where none is known. @param {Ui.Place | null} place */
function pointOf(place) {
  if (!place || (place.lon ?? null) === null) return null;
  return { x: worldX(Number(place.lon)), y: worldY(Number(place.lat)) };
}

/** @param {Ui.Context} ctx @param {number} x @param {number} y @param {Ui.Colours} palette */
function paintRing(ctx, x, y, palette) {
  ctx.lineWidth = 5;
  ctx.strokeStyle = palette.halo;
  ctx.beginPath();
  ctx.arc(x, y, 16, 0, 2 * Math.PI);
  ctx.stroke();
  ctx.lineWidth = 2.5;
  ctx.strokeStyle = palette.accent;
  ctx.stroke();
}

/** @param {Ui.Mark} mark @returns {Ui.Box} */
const boxOf = ({ x, y, r }) => [x - r - 1, y - r - 1, x + r + 1, y + r + 1];
