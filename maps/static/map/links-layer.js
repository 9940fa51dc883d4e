// Every link on one canvas. A delta overpaints the links whose level changed, and freshens a tenth of the picture.
import { palette, screenScale } from "../palette.js";
import { CanvasLayer } from "./canvas-layer.js";
import { FREE, JAM, SLOW, UNKNOWN } from "./network.js";
import { LEVELS } from "./state.js";

const BATCH = 128; // links per stroke: one stroke for all is slower on a CPU raster
const STRIPS = 10; // the picture is painted anew strip by strip: ten small tasks instead of a long one
const GAP_PX = 0.7;
const DENSE = 6000; // links in view from which minor roads give way
const REACH_PX = 24; // how far from its middle line a link may be drawn
const NOT_DRAWN = 255;
const WIDTH_AT = [[10, 1.3], [11, 1.7], [12, 2.1], [13, 2.7], [14, 3.5], [15, 4.5], [16, 5.6], [17, 7], [19, 9]];
const WIDTH_OF = [0.85, 1.0, 1.5, 0.6]; // of a level, times the width of its road
const ORDER = [UNKNOWN, FREE, SLOW, JAM];

/** The width of a road at a zoom, between the steps of the table. */
function widthAt(zoom) {
  if (zoom <= WIDTH_AT[0][0]) return WIDTH_AT[0][1];
  for (let k = 1; k < WIDTH_AT.length; k++) {
    const [z0, w0] = WIDTH_AT[k - 1], [z1, w1] = WIDTH_AT[k];
    if (zoom <= z1) return w0 + (w1 - w0) * (zoom - z0) / (z1 - z0);
  }
  return WIDTH_AT[WIDTH_AT.length - 1][1];
}

export class LinksLayer {
  constructor(map, network, picture, state) {
    Object.assign(this, { map, network, picture, state });
    this.painted = new Uint8Array(network.count).fill(NOT_DRAWN);
    this.visible = [];
    this.ticks = 0;
    this.fullPaints = 0;
    this.canvas = new CanvasLayer(map, "bomnae-links", 390, (ctx, view) => this.paintAll(ctx, view));
  }

  get view() { return this.canvas.view; }

  measure(view) {
    const scale = screenScale();
    const base = widthAt(view.zoom) * scale;
    this.casing_px = base < 3 ? 0.6 : 1;
    const steps = Math.max(1, this.network.rankCount - 1);
    this.widths = Array.from({ length: this.network.rankCount }, (_, rank) =>
      this.network.rankCount === 1 ? base : base * (1.3 - 0.5 * rank / steps));
    this.beds = this.widths.map((w) => Math.max(w * WIDTH_OF[JAM], w + 2 * this.casing_px) + 0.4);
  }

  /** How far right of the middle a link is drawn, px: half its bed and a gap, so that both directions show. */
  offset(i) { return this.beds[this.network.rank[i]] / 2 + GAP_PX; }

  isMinor(i) { return this.network.rankCount > 1 && this.network.rank[i] === this.network.rankCount - 1; }

  paintAll(ctx, view) {
    const { network } = this;
    this.fullPaints += 1;
    this.colours = palette(this.state.theme, this.state.palette);
    this.measure(view);
    this.visible = [];
    for (let i = 0; i < network.count; i++) if (network.drawn[i] && view.sees(network.box, i)) this.visible.push(i);
    this.isDense = this.visible.length > DENSE && view.zoom < 14;
    this.paintBeds(ctx, this.visible);
    this.paintLevels(ctx, this.visible);
  }

  /** Overpaints links whose level changed; narrower ones get their bed first, so no edge of the old colour stays. */
  update(changed) {
    if (!this.view || document.hidden) return;
    this.ticks += 1;
    const { drawn, box } = this.network;
    const seen = changed.filter((i) => drawn[i] && this.view.sees(box, i));
    if (seen.length > this.visible.length / 2) return this.canvas.repaint();
    const width = (level) => level === NOT_DRAWN ? 0 : WIDTH_OF[level];
    this.paintBeds(this.canvas.ctx, seen.filter((i) => width(this.painted[i]) > width(this.shownLevel(i))));
    this.paintLevels(this.canvas.ctx, seen);
    return this.freshen(this.ticks % STRIPS);
  }

  /** Paints one upright strip anew: overpainting leaves thicker edges and a fringe of old colours. */
  freshen(strip) {
    const { view, canvas: { ctx, element } } = this;
    const ratio = element.width / view.width;
    const left = Math.round(element.width * strip / STRIPS) / ratio, right = Math.round(element.width * (strip + 1) / STRIPS) / ratio;
    const { box } = this.network;
    const links = this.visible.filter((i) => view.px(box[4 * i + 2]) > left - REACH_PX && view.px(box[4 * i]) < right + REACH_PX);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, 0, right - left, view.height);
    ctx.clip();
    ctx.clearRect(left, 0, right - left, view.height);
    this.paintBeds(ctx, links);
    this.paintLevels(ctx, links);
    ctx.restore();
  }

  /** The level drawn for a link: none when the legend hides it or a dense view leaves it out. */
  shownLevel(i) {
    const level = this.picture.levels[i];
    if (!this.state.isShown(LEVELS[level])) return NOT_DRAWN;
    const isCalm = level === FREE || level === UNKNOWN;
    return this.isDense && isCalm && this.isMinor(i) ? NOT_DRAWN : level;
  }

  paintBeds(ctx, links) {
    ctx.lineCap = "butt";
    ctx.lineJoin = "round";
    ctx.strokeStyle = this.colours.bed;
    for (const [rank, members] of this.byRank(links)) {
      const isThin = this.isDense && this.network.rankCount > 1 && rank === this.network.rankCount - 1;
      this.stroke(ctx, members, isThin ? 0.8 : this.beds[rank]);
    }
  }

  paintLevels(ctx, links) {
    const groups = [[], [], [], []];
    for (const i of links) {
      const level = this.painted[i] = this.shownLevel(i);
      if (level !== NOT_DRAWN) groups[level].push(i);
    }
    for (const level of ORDER) this.paintLevel(ctx, level, groups[level]);
  }

  paintLevel(ctx, level, links) {
    for (const [rank, members] of this.byRank(links)) {
      const width = this.widths[rank] * WIDTH_OF[level];
      if (level === SLOW && this.colours.casing) {
        ctx.strokeStyle = this.colours.casing;
        this.stroke(ctx, members, width + 2 * this.casing_px);
      }
      ctx.strokeStyle = this.colours.levels[level];
      this.stroke(ctx, members, width);
    }
  }

  byRank(links) {
    const groups = new Map();
    for (let rank = this.network.rankCount - 1; rank >= 0; rank--) groups.set(rank, []);
    for (const i of links) groups.get(this.network.rank[i]).push(i);
    return groups;
  }

  stroke(ctx, links, width) {
    ctx.lineWidth = width;
    for (let from = 0; from < links.length; from += BATCH) {
      ctx.beginPath();
      const end = Math.min(links.length, from + BATCH);
      for (let k = from; k < end; k++) this.trace(ctx, links[k]);
      ctx.stroke();
    }
  }

  /** Adds the line of a link to the path, moved to its side of the road and `reach` px longer at both ends. */
  trace(ctx, i, reach = 0) {
    const { start, x, y, nx, ny } = this.network;
    const { scale, ox, oy } = this.view || this.canvas.view;
    const away = this.offset(i), first = start[i], last = start[i + 1] - 1;
    for (let v = first; v <= last; v++) {
      let px = x[v] * scale - ox + nx[v] * away, py = y[v] * scale - oy + ny[v] * away;
      if (reach && (v === first || v === last)) {
        const from = v === first ? v + 1 : v - 1; // outwards from the neighbour
        const dx = x[v] - x[from], dy = y[v] - y[from], size = Math.hypot(dx, dy) || 1;
        px += dx / size * reach;
        py += dy / size * reach;
      }
      if (v === first) ctx.moveTo(px, py); else ctx.lineTo(px, py);
    }
  }

  /** The middle of a link as drawn: canvas pixels, pixels of the map's box, and the colour there now. */
  probe(i) {
    const { view } = this;
    const middle = this.network.middle(i);
    const away = this.offset(i);
    const px = view.px(middle.x) + middle.n[0] * away, py = view.py(middle.y) + middle.n[1] * away;
    const ratio = this.canvas.element.width / view.width;
    const rgba = [...this.canvas.ctx.getImageData(Math.round(px * ratio), Math.round(py * ratio), 1, 1).data];
    return { x: px + view.shift.x, y: py + view.shift.y, rgba };
  }
}
