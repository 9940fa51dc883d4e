// Buses as small dots with a tick in their direction; they glide to a new place in a few steps.
import { colours, screenScale } from "../palette.js";
import { Stamps, stamp } from "../signs.js";
import { CanvasLayer } from "./canvas-layer.js";
import { isDragged } from "./leaflet.js";
import { worldX, worldY } from "./network.js";
import { inTurn, timeFrame } from "./turns.js";

/** A bus on its way from one place to the next, in world units.
 * @typedef {{row: Api.Bus, isPlaced: boolean, x: number, y: number, fromX: number, fromY: number,
 *   since: number}} Glide */
/** @typedef {{x: number, y: number, scale: number, turn: number, isOld: boolean}} Dot */

const GLIDE_MS = 500;
const STEP_MS = 120;
const COST_SHARE = 16; // a step may take a sixteenth of the time until the next
const JUMP_M = 1500; // farther is not a drive
const OLD_MS = 180_000;
const RADIUS_PX = 3.4, TIP = 2; // the tick reaches twice as far
const TURN_DEG = 5, NO_TURN = -1; // ticks are drawn to five degrees
const NUMBERS_FROM_ZOOM = 14.5;
const MOST_NUMBERS = 150;
const MANY = 150; // buses from which a view of the whole city draws them smaller
const WORLD_M = 40075016 * 0.79; // metres across the world square at 38 N

export class BusesLayer {
  buses = /** @type {Map<string, Glide>} */ (new Map());
  drawn = /** @type {{row: Api.Bus, x: number, y: number, isOld: boolean}[]} */ ([]);
  timer = 0;
  cost_ms = 0;
  stamps = new Stamps(({ scale, turn, isOld }) => `${scale} ${turn} ${isOld}`, dotStamp);
  until = 0;

  /** @param {Ui.LeafletMap} map @param {Ui.Picture} picture @param {Ui.State} state
   * @param {Ui.Clock} clock */
  constructor(map, picture, state, clock) {
    this.map = map;
    this.picture = picture;
    this.state = state;
    this.clock = clock;
    this.isStill = matchMedia("(prefers-reduced-motion: reduce)");
    this.canvas = new CanvasLayer(map, "bomnae-buses", 400, (ctx, view) => this.paintAll(ctx, view));
  }

  /** Takes over the positions of the picture; `isGliding` moves the dots there instead of jumping.
   * @param {boolean} isGliding */
  update(isGliding) {
    const now = performance.now(), before = this.buses;
    const canGlide = isGliding && !this.isStill.matches && !document.hidden;
    this.buses = new Map();
    for (const [name, row] of this.picture.rows.bus) {
      this.buses.set(name, glideTo(row, canGlide ? before.get(name) : undefined, now));
    }
    this.canvas.repaintInTurn();
    if (canGlide) this.glide(now + GLIDE_MS);
  }

  /** How long a step takes until its frame is painted, ms, smoothed. A PC without a GPU gets fewer steps.
   * @param {number} cost_ms */
  learn(cost_ms) { this.cost_ms += (Math.min(cost_ms, 200) - this.cost_ms) * 0.1; }

  get step_ms() { return Math.max(STEP_MS, this.cost_ms * COST_SHARE); }

  /** @param {number} until */
  glide(until) {
    this.until = until;
    if (this.timer) return;
    const later = () => { this.timer = setTimeout(() => inTurn(this, step, true), this.step_ms); };
    const step = () => {
      const began = performance.now(), isHeld = isDragged(this.map);
      this.timer = 0;
      if (!isHeld) { // nobody sees a dot glide on a map that is dragged
        this.canvas.repaint();
        const own_ms = performance.now() - began;
        timeFrame((frame_ms) => this.learn(own_ms + frame_ms));
      }
      if ((isHeld || began < this.until) && !document.hidden) later();
    };
    later();
  }

  /** @param {Ui.Context} ctx @param {Ui.View} view */
  paintAll(ctx, view) {
    this.drawn = [];
    if (!this.state.isShown("buses")) return;
    const now = performance.now(), server = this.clock.now();
    for (const bus of this.buses.values()) {
      if (!bus.isPlaced) continue;
      const [wx, wy] = placeOf(bus, now), x = view.px(wx), y = view.py(wy);
      if (view.holds(x, y)) this.drawn.push({ row: bus.row, x, y, isOld: server - bus.row[5] > OLD_MS });
    }
    this.paintDots(ctx, view, screenScale() * this.sizeAt(view.zoom));
  }

  /** @param {number} zoom */
  sizeAt(zoom) {
    if (zoom < 12 || (zoom < 13.5 && this.buses.size > MANY)) return 0.75;
    return zoom < 14 ? 0.9 : 1.15;
  }

  /** Those whose place is old lie under the others.
   * @param {Ui.Context} ctx @param {Ui.View} view @param {number} scale */
  paintDots(ctx, { zoom, width }, scale) {
    const palette = colours(), ratio = ctx.canvas.width / width;
    for (const isOld of [true, false]) {
      for (const { row: [, , , , bearing], x, y } of this.drawn.filter((dot) => dot.isOld === isOld)) {
        const turn = zoom >= 12 && bearing >= 0 ? Math.round(bearing / TURN_DEG) * TURN_DEG % 360 : NO_TURN;
        this.stamps.draw(ctx, { x, y, scale, turn, isOld }, ratio, palette);
      }
    }
    if (zoom >= NUMBERS_FROM_ZOOM && this.drawn.length <= MOST_NUMBERS) this.paintNumbers(ctx, scale);
  }

  /** @param {Ui.Context} ctx @param {number} scale */
  paintNumbers(ctx, scale) {
    const { halo, bus } = colours();
    ctx.font = `700 ${Math.round(10.5 * scale)}px ${getComputedStyle(document.body).fontFamily}`;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.lineWidth = 3.2;
    ctx.lineJoin = "round";
    for (const { row: [, no], x, y } of this.drawn) {
      ctx.strokeStyle = halo;
      ctx.strokeText(no, x + 8 * scale, y);
      ctx.fillStyle = bus;
      ctx.fillText(no, x + 8 * scale, y);
    }
  }
}

/** A dot, with its tick where the bus's direction is known. @param {Dot} dot @param {number} ratio
 * @param {Ui.Colours} palette */
function dotStamp({ scale, turn, isOld }, ratio, palette) {
  const r = RADIUS_PX * scale;
  return stamp(TIP * r + 2 * scale, ratio, (ctx) => {
    ctx.beginPath();
    ctx.arc(0, 0, r, 0, 2 * Math.PI);
    if (turn !== NO_TURN) tick(ctx, r, turn);
    ctx.lineWidth = 2 * scale;
    ctx.lineJoin = "round";
    ctx.strokeStyle = palette["bus-edge"];
    ctx.stroke();
    ctx.fillStyle = isOld ? palette["bus-old"] : palette.bus;
    ctx.fill();
  });
}

/** A bus on its way from where it was drawn; one that is new or too far away is there at once.
 * @param {Api.Bus} row @param {Glide | undefined} old @param {number} now @returns {Glide} */
function glideTo(row, old, now) {
  const [, , lon, lat] = row, isPlaced = lon !== null && lat !== null;
  const x = isPlaced ? worldX(lon) : 0, y = isPlaced ? worldY(lat) : 0;
  const [fromX, fromY] = old?.isPlaced ? placeOf(old, now) : [x, y];
  const isNear = Math.hypot(fromX - x, fromY - y) * WORLD_M < JUMP_M;
  return { row, isPlaced, x, y, fromX: isNear ? fromX : x, fromY: isNear ? fromY : y, since: now };
}

/** Where a gliding bus is: it slows down towards its goal. @param {Glide} bus @param {number} now */
function placeOf(bus, now) {
  const part = Math.min(1, (now - bus.since) / GLIDE_MS);
  const eased = 1 - (1 - part) ** 2;
  return [bus.fromX + (bus.x - bus.fromX) * eased, bus.fromY + (bus.y - bus.fromY) * eased];
}

/** @param {Ui.Context} ctx @param {number} r @param {number} bearing_deg */
function tick(ctx, r, bearing_deg) {
  const turn = (bearing_deg - 90) * Math.PI / 180;
  const cos = Math.cos(turn), sin = Math.sin(turn);
  const side = r * 0.75, base = r * 0.8, tip = r * TIP;
  ctx.moveTo(cos * base - sin * side, sin * base + cos * side);
  ctx.lineTo(cos * tip, sin * tip);
  ctx.lineTo(cos * base + sin * side, sin * base - cos * side);
  ctx.closePath();
}
