// Every link on one canvas. A delta overpaints changed links, and freshens a tenth of the picture.
import { FREE, JAM, LEVELS, SLOW, UNKNOWN } from "../levels.js";
import { colours, isForced, screenScale } from "../palette.js";
import { Slices, drain } from "./slices.js";
import { SlowCanvas } from "./slow-canvas.js";

const BATCH = 128; // links per stroke: one stroke for all is slower on a CPU raster
const FLUSH_AFTER = 3; // strokes of a slow picture that are made real together
const TOUCH_UP_STROKES = 6; // a frame's, over a slow picture
const STRIPS = 10; // the picture is painted anew strip by strip: ten small tasks instead of a long one
const GAP_PX = 0.7;
const DENSE = 6000; // links in view from which minor roads give way
const REACH_PX = 24; // how far from its middle line a link may be drawn
const NOT_DRAWN = 255;
const WIDTH_AT = [
  [10, 1.3], [11, 1.7], [12, 2.1], [13, 2.7], [14, 3.5], [15, 4.5], [16, 5.6], [17, 7], [19, 9],
];
const WIDTH_OF = [0.85, 1.0, 1.5, 0.6]; // of a level, times the width of its road
const FORCED_WIDTH_OF = [0.45, 1.0, 1.6, 0.25]; // where colours are the system's, and few
const ORDER = [UNKNOWN, FREE, SLOW, JAM];

/** The width of a road at a zoom, between the steps of the table. @param {number} zoom */
export function widthAt(zoom) {
  const k = Math.max(1, WIDTH_AT.findIndex(([from]) => zoom <= from));
  const [z0, w0] = WIDTH_AT[k - 1], [z1, w1] = WIDTH_AT[k];
  if (zoom <= z0) return w0;
  return zoom <= z1 ? w0 + (w1 - w0) * (zoom - z0) / (z1 - z0) : WIDTH_AT[WIDTH_AT.length - 1][1];
}

export class LinksLayer {
  visible = /** @type {number[]} */ ([]);
  ticks = 0;
  casing_px = 1;
  widths = /** @type {number[]} */ ([]);
  beds = /** @type {number[]} */ ([]);
  widthOf = WIDTH_OF;
  isDense = false;
  paintedView = /** @type {Ui.View | null} */ (null);
  painting = /** @type {number[]} */ ([]); // the links of a picture under way
  late = /** @type {Set<number>} */ (new Set()); // links that changed while it was
  touchUp = new Slices(TOUCH_UP_STROKES);
  awaited = () => {};

  /** @param {Ui.LeafletMap} map @param {Ui.Picture} picture @param {Ui.State} state */
  constructor(map, picture, state) {
    this.network = picture.network;
    this.picture = picture;
    this.state = state;
    this.colours = colours();
    this.painted = new Uint8Array(this.network.count).fill(NOT_DRAWN);
    const place = /** @type {const} */ (["bomnae-links", 390]);
    this.isSlow = this.network.index !== null;
    this.canvas = new SlowCanvas(map, ...place, {
      steps: (ctx, view) => this.paintSlowly(ctx, view), shown: () => this.onShown(),
      paint: this.isSlow ? null : (ctx, view) => this.paintAll(ctx, view),
    });
  }

  /** What a line is traced for: the picture under way, else the one on the screen. */
  get view() { return this.paintedView || this.canvas.view; }

  /** @param {Ui.View} view */
  measure(view) {
    const base = widthAt(view.zoom) * screenScale(), { rankCount } = this.network;
    this.widthOf = isForced() ? FORCED_WIDTH_OF : WIDTH_OF;
    this.casing_px = base < 3 ? 0.6 : 1;
    const step = rankCount > 1 ? 0.5 / (rankCount - 1) : 0, first = rankCount > 1 ? 1.3 : 1;
    this.widths = Array.from({ length: rankCount }, (_, rank) => base * (first - step * rank));
    this.beds = this.widths.map((w) => Math.max(w * this.widthOf[JAM], w + 2 * this.casing_px) + 0.4);
  }

  /** How far right of the middle a link is drawn, px: half its bed and a gap, so that both directions show.
   * @param {number} i */
  offset(i) { return this.beds[this.network.rank[i]] / 2 + GAP_PX; }

  /** @param {number} rank */
  isMinor(rank) { return this.network.rankCount > 1 && rank === this.network.rankCount - 1; }

  /** @param {Ui.Context} ctx @param {Ui.View} view */
  paintAll(ctx, view) {
    this.visible = this.begin(view);
    this.paintBeds(ctx, this.visible);
    this.paintLevels(ctx, this.visible);
  }

  /** Sets colours and widths for a view; the links in it. @param {Ui.View} view */
  begin(view) {
    const { network } = this, visible = [];
    this.colours = colours();
    this.measure(view);
    for (const i of network.listed) {
      if (network.drawn[i] && view.sees(network.box, i)) visible.push(i);
    }
    this.isDense = visible.length > DENSE && view.zoom < 14;
    return visible;
  }

  /** The same bit by bit, out of sight. @param {Ui.Context} ctx @param {Ui.View} view */
  *paintSlowly(ctx, view) {
    this.touchUp.stop();
    this.late.clear();
    const links = this.painting = this.begin(view);
    yield* this.strokesFor(view, this.bedStrokes(ctx, links));
    yield* this.strokesFor(view, this.levelStrokes(ctx, links));
  }

  /** Takes the steps of strokes, each for a view that is not on the screen yet.
   * @param {Ui.View} view @param {Iterator<void>} strokes */
  *strokesFor(view, strokes) {
    for (let isOver = false; !isOver;) {
      this.paintedView = view;
      for (let k = 0; k < FLUSH_AFTER && !isOver; k++) isOver = Boolean(strokes.next().done);
      this.paintedView = null;
      this.canvas.flush();
      yield;
    }
  }

  /** Acts when what is to be seen is on the screen. @param {() => void} act */
  whenShown(act) {
    if (this.canvas.slices.isBusy) this.awaited = act; else act();
  }

  onShown() {
    this.visible = this.painting;
    this.awaited();
    this.awaited = () => {};
    if (this.late.size) this.update([...this.late]);
  }

  /** Overpaints links whose level changed; narrower ones get their bed first, so no edge of the old stays.
   * @param {number[]} changed */
  update(changed) {
    const { view, network: { drawn, box }, canvas } = this;
    if (document.hidden) return;
    if (this.isSlow) { this.updateSlowly(canvas, changed); return; }
    if (!view) return;
    if (canvas.slices.isBusy) for (const i of changed) this.late.add(i);
    this.ticks += 1;
    const seen = changed.filter((i) => drawn[i] && view.sees(box, i));
    if (seen.length > this.visible.length / 2) { canvas.repaint(); return; }
    this.paintBeds(canvas.ctx, this.narrowed(seen));
    this.paintLevels(canvas.ctx, seen);
    this.freshen(view, this.ticks % STRIPS);
  }

  /** @param {number[]} links */
  narrowed(links) {
    /** @param {number} level */
    const width = (level) => this.widthOf[level] ?? 0;
    return links.filter((i) => width(this.painted[i]) > width(this.shownLevel(i)));
  }

  /** The same in slices, over the picture on the screen; what changes meanwhile comes in the next round.
   * @param {SlowCanvas} canvas @param {number[]} changed */
  updateSlowly(canvas, changed) {
    for (const i of changed) this.late.add(i);
    const { view } = canvas, { drawn, box } = this.network;
    if (canvas.slices.isBusy || this.touchUp.isBusy || !view) return;
    const seen = [...this.late].filter((i) => drawn[i] && view.sees(box, i));
    this.late.clear();
    this.touchUp.start(this.touchUpSteps(canvas.ctx, view, seen), () => {
      if (this.late.size) this.update([]);
    });
  }

  /** @param {Ui.Context} ctx @param {Ui.View} view @param {number[]} links */
  *touchUpSteps(ctx, view, links) {
    this.ticks += 1;
    yield* this.bedStrokes(ctx, this.narrowed(links));
    yield* this.levelStrokes(ctx, links);
    yield;
    this.freshen(view, this.ticks % STRIPS);
  }

  /** Paints one upright strip anew: overpainting leaves thicker edges and a fringe of old colours.
   * @param {Ui.View} view @param {number} strip */
  freshen(view, strip) {
    const { canvas: { ctx, element }, network: { box } } = this, ratio = element.width / view.width;
    const [left, right] = [strip, strip + 1].map((k) => Math.round(element.width * k / STRIPS) / ratio);
    const links = this.visible.filter((i) =>
      view.px(box[4 * i + 2]) > left - REACH_PX && view.px(box[4 * i]) < right + REACH_PX);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, 0, right - left, view.height);
    ctx.clip();
    ctx.clearRect(left, 0, right - left, view.height);
    this.paintBeds(ctx, links);
    this.paintLevels(ctx, links);
    ctx.restore();
  }

  /** The level drawn for a link: none when the legend hides it or a dense view leaves it out.
   * @param {number} i */
  shownLevel(i) {
    const level = this.picture.levels[i];
    if (!this.state.isShown(LEVELS[level])) return NOT_DRAWN;
    const isCalm = level === FREE || level === UNKNOWN;
    return this.isDense && isCalm && this.isMinor(this.network.rank[i]) ? NOT_DRAWN : level;
  }

  /** @param {Ui.Context} ctx @param {number[]} links */
  paintBeds(ctx, links) { drain(this.bedStrokes(ctx, links)); }

  /** @param {Ui.Context} ctx @param {number[]} links */
  paintLevels(ctx, links) { drain(this.levelStrokes(ctx, links)); }

  /** @param {Ui.Context} ctx @param {number[]} links */
  *bedStrokes(ctx, links) {
    ctx.lineCap = "butt";
    ctx.lineJoin = "round";
    for (const [rank, members] of this.byRank(links)) {
      const width = this.isDense && this.isMinor(rank) ? 0.8 : this.beds[rank];
      yield* this.strokes(ctx, members, this.colours.bed, width);
    }
  }

  /** @param {Ui.Context} ctx @param {number[]} links */
  *levelStrokes(ctx, links) {
    /** @type {number[][]} */
    const groups = [[], [], [], []], old = [[], [], [], []];
    for (const i of links) {
      const level = this.painted[i] = this.shownLevel(i);
      (this.picture.isOld(i) ? old : groups)[level]?.push(i);
    }
    for (const level of ORDER) {
      yield* this.levelOf(ctx, level, old[level], this.colours.old[level]);
      yield* this.levelOf(ctx, level, groups[level], this.colours.levels[level]);
    }
  }

  /** @param {Ui.Context} ctx @param {number} level @param {number[]} links @param {string} colour */
  *levelOf(ctx, level, links, colour) {
    const { casing } = this.colours;
    for (const [rank, members] of this.byRank(links)) {
      const width = this.widths[rank] * this.widthOf[level];
      if (level === SLOW && casing) yield* this.strokes(ctx, members, casing, width + 2 * this.casing_px);
      yield* this.strokes(ctx, members, colour, width);
    }
  }

  /** @param {number[]} links */
  byRank(links) {
    const groups = /** @type {Map<number, number[]>} */ (new Map());
    for (let rank = this.network.rankCount - 1; rank >= 0; rank--) groups.set(rank, []);
    for (const i of links) groups.get(this.network.rank[i])?.push(i);
    return groups;
  }

  /** @param {Ui.Context} ctx @param {number[]} links @param {string} colour @param {number} width */
  *strokes(ctx, links, colour, width) {
    for (let from = 0; from < links.length; from += BATCH) {
      ctx.strokeStyle = colour;
      ctx.lineWidth = width;
      ctx.beginPath();
      const end = Math.min(links.length, from + BATCH);
      for (let k = from; k < end; k++) this.trace(ctx, links[k]);
      ctx.stroke();
      yield;
    }
  }

  /** Adds the line of a link to the path, moved to its side of the road, `reach` px longer at both ends and
   * `aside` px beside its own line. @param {Ui.Context} ctx @param {number} i @param {number} reach
   * @param {number} aside */
  trace(ctx, i, reach = 0, aside = 0) {
    const { start, end, x, y, nx, ny } = this.network, { view } = this;
    if (!view) return;
    const { scale, ox, oy } = view, away = this.offset(i) + aside, first = start[i], last = end[i] - 1;
    for (let v = first; v <= last; v++) {
      const [dx, dy] = reach ? longer(this.network, v, first, last) : STAYS;
      const px = x[v] * scale - ox + nx[v] * away + dx * reach;
      const py = y[v] * scale - oy + ny[v] * away + dy * reach;
      if (v === first) ctx.moveTo(px, py); else ctx.lineTo(px, py);
    }
  }

  /** The middle of a link as drawn: pixels of the map's box, and the colour there now. @param {number} i */
  probe(i) {
    const { view, canvas } = this, middle = this.network.middle(i), away = this.offset(i);
    if (!view) throw new Error("nothing is drawn yet");
    const px = view.px(middle.x) + middle.n[0] * away, py = view.py(middle.y) + middle.n[1] * away;
    const ratio = canvas.element.width / view.width;
    const { data } = canvas.ctx.getImageData(Math.round(px * ratio), Math.round(py * ratio), 1, 1);
    return { x: px + view.shift.x, y: py + view.shift.y, rgba: [...data] };
  }
}

const STAYS = [0, 0];

/** The direction out of a line at either end; within it there is none. @param {Ui.Network} network
 * @param {number} v @param {number} first @param {number} last */
function longer({ x, y }, v, first, last) {
  if (v !== first && v !== last) return STAYS;
  const from = v === first ? v + 1 : v - 1;
  const dx = x[v] - x[from], dy = y[v] - y[from], size = Math.hypot(dx, dy) || 1;
  return [dx / size, dy / size];
}
