// Buses as small dots with a tick in their direction; they glide to a new place in a few steps.
import { palette, screenScale } from "../palette.js";
import { CanvasLayer, afterTask } from "./canvas-layer.js";
import { worldX, worldY } from "./network.js";

const GLIDE_MS = 500;
const STEP_MS = 120;
const COST_SHARE = 16; // a step may take a sixteenth of the time until the next
const JUMP_M = 1500; // farther is not a drive
const OLD_MS = 180000;
const NUMBERS_FROM_ZOOM = 14.5;
const MOST_NUMBERS = 150;
const MANY = 150; // buses from which a view of the whole city draws them smaller
const WORLD_M = 40075016 * 0.79; // metres across the world square at 38 N

export class BusesLayer {
  constructor(map, picture, state, clock) {
    Object.assign(this, { map, picture, state, clock });
    this.buses = new Map();
    this.drawn = [];
    this.timer = 0;
    this.cost_ms = 0;
    this.isStill = matchMedia("(prefers-reduced-motion: reduce)");
    this.canvas = new CanvasLayer(map, "bomnae-buses", 400, (ctx, view) => this.paintAll(ctx, view));
  }

  /** Takes over the positions of the picture; `isGliding` moves the dots there instead of jumping. */
  update(isGliding) {
    const now = performance.now();
    const canGlide = isGliding && !this.isStill.matches && !document.hidden;
    const before = this.buses;
    this.buses = new Map();
    for (const row of this.picture.buses.values()) this.buses.set(row[0], this.moved(before.get(row[0]), row, now, canGlide));
    this.canvas.repaint();
    if (canGlide) this.glide(now + GLIDE_MS);
  }

  /** How long a step takes until its frame is painted, ms, smoothed. A PC without a GPU gets fewer steps. */
  learn(cost_ms) { this.cost_ms += (Math.min(cost_ms, 200) - this.cost_ms) * 0.1; }

  get step_ms() { return Math.max(STEP_MS, this.cost_ms * COST_SHARE); }

  moved(old, row, now, canGlide) {
    const [vehicle, no, lon, lat, bearing] = row;
    const isPlaced = lon !== null && lat !== null;
    const bus = { vehicle, no, row, isPlaced, bearing, x: isPlaced ? worldX(lon) : 0, y: isPlaced ? worldY(lat) : 0 };
    bus.fromX = bus.x;
    bus.fromY = bus.y;
    bus.since = now;
    if (!old || !canGlide || !old.isPlaced) return bus;
    const [x, y] = place(old, now);
    if (Math.hypot(x - bus.x, y - bus.y) * WORLD_M < JUMP_M) {
      bus.fromX = x;
      bus.fromY = y;
    }
    return bus;
  }

  glide(until) {
    this.until = until;
    if (this.timer) return;
    const step = () => {
      const began = performance.now();
      this.canvas.repaint();
      afterTask(() => this.learn(performance.now() - began));
      this.timer = began < this.until && !document.hidden ? setTimeout(() => requestAnimationFrame(step), this.step_ms) : 0;
    };
    this.timer = setTimeout(() => requestAnimationFrame(step), this.step_ms);
  }

  paintAll(ctx, view) {
    this.drawn = [];
    if (!this.state.isShown("buses")) return;
    const colours = palette(this.state.theme, this.state.palette);
    const scale = screenScale() * (view.zoom < 12 || (view.zoom < 13.5 && this.buses.size > MANY) ? 0.75 : view.zoom < 14 ? 0.9 : 1.15);
    const now = performance.now(), server = this.clock.now();
    for (const bus of this.buses.values()) {
      if (!bus.isPlaced) continue;
      const [wx, wy] = place(bus, now);
      const x = view.px(wx), y = view.py(wy);
      if (view.holds(x, y)) this.drawn.push({ bus, x, y, isOld: server - bus.row[5] > OLD_MS });
    }
    this.paintDots(ctx, colours, scale, view.zoom);
  }

  /** All dots of a colour are one path: 300 buses are two fills, not 300. */
  paintDots(ctx, colours, scale, zoom) {
    const r = 3.4 * scale;
    for (const isOld of [true, false]) {
      const group = this.drawn.filter((dot) => dot.isOld === isOld);
      if (!group.length) continue;
      ctx.beginPath();
      for (const { bus, x, y } of group) {
        ctx.moveTo(x + r, y);
        ctx.arc(x, y, r, 0, 2 * Math.PI);
        if (zoom >= 12 && bus.bearing >= 0) tick(ctx, x, y, r, bus.bearing);
      }
      ctx.lineWidth = 2 * scale;
      ctx.lineJoin = "round";
      ctx.strokeStyle = colours.busEdge;
      ctx.stroke();
      ctx.fillStyle = isOld ? colours.busOld : colours.bus;
      ctx.fill();
    }
    if (zoom >= NUMBERS_FROM_ZOOM && this.drawn.length <= MOST_NUMBERS) this.paintNumbers(ctx, colours, scale);
  }

  paintNumbers(ctx, colours, scale) {
    ctx.font = `700 ${Math.round(10.5 * scale)}px ${getComputedStyle(document.body).fontFamily}`;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.lineWidth = 3.2;
    ctx.lineJoin = "round";
    for (const { bus, x, y } of this.drawn) {
      ctx.strokeStyle = colours.halo;
      ctx.strokeText(bus.no, x + 8 * scale, y);
      ctx.fillStyle = colours.bus;
      ctx.fillText(bus.no, x + 8 * scale, y);
    }
  }
}

/** Where a gliding bus is: it slows down towards its goal. */
function place(bus, now) {
  const part = Math.min(1, (now - bus.since) / GLIDE_MS);
  const eased = 1 - (1 - part) ** 2;
  return [bus.fromX + (bus.x - bus.fromX) * eased, bus.fromY + (bus.y - bus.fromY) * eased];
}

function tick(ctx, x, y, r, bearing_deg) {
  const turn = (bearing_deg - 90) * Math.PI / 180;
  const cos = Math.cos(turn), sin = Math.sin(turn);
  const side = r * 0.75, base = r * 0.8, tip = r * 2;
  ctx.moveTo(x + cos * base - sin * side, y + sin * base + cos * side);
  ctx.lineTo(x + cos * tip, y + sin * tip);
  ctx.lineTo(x + cos * base + sin * side, y + sin * base - cos * side);
  ctx.closePath();
}
