// Closures striped along their links, road names, works, incidents, and what is chosen: one canvas over the links.
import { palette, screenScale } from "../palette.js";
import { drawSign, signOf, signRadius } from "../signs.js";
import { CanvasLayer } from "./canvas-layer.js";
import { Labels } from "./labels.js";
import { worldX, worldY } from "./network.js";

const SMALL_BELOW_ZOOM = 13; // works that close nothing are dots in a view of the whole city
const STYLE_OF = { active: "solid", overdue: "late", planned: "hollow", paused: "dashed", finished: "hollow", cancelled: "hollow" };
const SHORTEST_PX = 30; // a closure is drawn at least so long, or its mark would cover it in a view of the city
const ORDER = { minor: 0, report: 1, partial: 2, full: 3, incident: 4, clash: 5 };

export class MarksLayer {
  constructor(map, network, picture, state, links) {
    Object.assign(this, { map, network, picture, state, links });
    this.labels = new Labels(network);
    this.marks = [];
    this.reach = 0; // how far past its ends the line of a link is drawn, px
    this.canvas = new CanvasLayer(map, "bomnae-marks", 410, (ctx, view) => this.paintAll(ctx, view));
  }

  paintAll(ctx, view) {
    const colours = palette(this.state.theme, this.state.palette);
    this.marks = this.placed(view);
    this.paintChosen(ctx, view, colours);
    this.paintClosures(ctx, view, colours);
    if (this.state.isShown("labels")) this.labels.paint(ctx, view, colours, this.marks.map(boxOf));
    for (const mark of this.marks) paintMark(ctx, mark, colours);
    this.paintRing(ctx, view, colours);
  }

  paintClosures(ctx, view, colours) {
    ctx.lineCap = "butt";
    for (const [i, closure] of this.picture.closures) {
      const sign = signOf(closure);
      if (!this.state.isShown(sign) || !this.network.drawn[i] || !view.sees(this.network.box, i)) continue;
      const bed = this.links.beds[this.network.rank[i]];
      const width = sign === "minor" ? Math.max(3.2, bed * 0.55) : Math.max(4.4 * screenScale(), bed * 0.95);
      this.reach = this.missing(i, view) / 2;
      this.line(ctx, i, colours.edge, width + 1.6);
      this.line(ctx, i, colours.stripe, width);
      ctx.setLineDash([width * 1.5, width * 1.2]);
      this.line(ctx, i, colours[sign], width);
      ctx.setLineDash([]);
      this.reach = 0;
    }
  }

  /** How much longer a closure on a link must be drawn to be seen beside its mark, px. */
  missing(i, view) {
    const { start, x, y } = this.network;
    let length = 0;
    for (let v = start[i]; v < start[i + 1] - 1; v++) length += Math.hypot(x[v + 1] - x[v], y[v + 1] - y[v]) * view.scale;
    return Math.max(0, SHORTEST_PX * screenScale() - length);
  }

  line(ctx, i, colour, width) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.beginPath();
    this.links.trace(ctx, i, this.reach);
    ctx.stroke();
  }

  /** The links of the selection, edged in the accent colour so that their own colour stays readable. */
  paintChosen(ctx, view, colours) {
    for (const i of this.chosenLinks || []) {
      if (!view.sees(this.network.box, i)) continue;
      const width = this.links.beds[this.network.rank[i]];
      ctx.lineCap = "round";
      ctx.globalAlpha = 0.45;
      this.line(ctx, i, colours.chosen, width + 11);
      ctx.globalAlpha = 1;
      ctx.lineCap = "butt";
      ctx.globalCompositeOperation = "destination-out";
      this.line(ctx, i, "#000", width + 1);
      ctx.globalCompositeOperation = "source-over";
    }
  }

  paintRing(ctx, view, colours) {
    const at = this.ring;
    if (!at) return;
    const x = view.px(at.x), y = view.py(at.y);
    ctx.lineWidth = 5;
    ctx.strokeStyle = colours.halo;
    ctx.beginPath();
    ctx.arc(x, y, 16, 0, 2 * Math.PI);
    ctx.stroke();
    ctx.lineWidth = 2.5;
    ctx.strokeStyle = colours.chosen;
    ctx.stroke();
  }

  /** Marks a selection: links to edge and a place to ring. */
  choose(links, place) {
    this.chosenLinks = links;
    this.ring = place && place.lon !== null && place.lon !== undefined
      ? { x: worldX(place.lon), y: worldY(place.lat) } : null;
    this.canvas.repaint();
  }

  /** Every mark of the view, the gravest last so that it lies on top. */
  placed(view) {
    const scale = screenScale();
    const marks = [];
    const add = (kind, item, sign, style) => {
      if (item.lon === null || item.lon === undefined) return;
      const x = view.px(worldX(item.lon)), y = view.py(worldY(item.lat));
      if (!view.holds(x, y)) return;
      const isSmall = sign === "minor" && view.zoom < SMALL_BELOW_ZOOM;
      const size = view.zoom < SMALL_BELOW_ZOOM ? 0.85 : 1;
      marks.push({ kind, id: item.id, sign, style, x, y, scale: scale * (isSmall ? 0.58 : size), r: signRadius(sign) * scale * (isSmall ? 0.58 : size) });
    };
    for (const work of this.shownWorks()) add("work", work, signOf(work.closure), STYLE_OF[work.phase] || "hollow");
    if (this.state.isShown("incidents")) for (const incident of this.picture.incidents.values()) add("incident", incident, "incident", "solid");
    if (this.state.isShown("reports")) for (const report of this.picture.reports.values()) marks.push(...this.beside("report", report, -1, "dashed", view));
    if (this.state.isShown("clashes")) for (const clash of this.picture.clashes.values()) marks.push(...this.beside("clash", clash, 1, clash.severity === "high" ? "solid" : "hollow", view));
    return marks.sort((a, b) => ORDER[a.sign] - ORDER[b.sign] || (b.style === "hollow") - (a.style === "hollow"));
  }

  /** A clash (right) or a report (left) stands beside its place, where a work's own mark leaves room. */
  beside(sign, thing, side, style, view) {
    const scale = screenScale(), r = signRadius(sign) * scale;
    const hasPlace = thing.lon !== null && thing.lon !== undefined;
    if (!hasPlace && !thing.links.length) return [];
    const at = hasPlace ? { x: worldX(thing.lon), y: worldY(thing.lat) } : this.network.middle(thing.links[0]);
    const x = view.px(at.x) + side * 1.9 * r, y = view.py(at.y) - 1.9 * r;
    return view.holds(x, y) ? [{ kind: sign, id: thing.id, sign, style, x, y, scale, r }] : [];
  }

  /** Works the layer toggles and the phase let through; one that is over is only listed. */
  shownWorks() {
    return [...this.picture.works.values()].filter((work) =>
      !isOver(work) && isInPhase(work, this.state.phase) && this.state.isShown(signOf(work.closure)));
  }
}

function paintMark(ctx, mark, colours) {
  drawSign(ctx, mark.sign, mark.x, mark.y, mark.scale, mark.style, colours);
}

function boxOf(mark) {
  return [mark.x - mark.r - 1, mark.y - mark.r - 1, mark.x + mark.r + 1, mark.y + mark.r + 1];
}

/** Does a work belong to the phase asked for? Outside its daily hours or past its end a work is still going on. */
export function isInPhase(work, phase) {
  if (phase === "active") return ["active", "paused", "overdue"].includes(work.phase);
  return phase === "all" || work.phase === phase;
}
export const isOver = (work) => work.phase === "finished" || work.phase === "cancelled";
export const styleOf = (phase) => STYLE_OF[phase] || "hollow";
