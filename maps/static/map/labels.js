// Road and place names on the map: few, never over one another, once per road and part of the screen.
import { screenScale } from "../palette.js";
import { worldX, worldY } from "./network.js";
import { drain } from "./slices.js";

/** @typedef {{text: string, x: number, y: number, turn: number}} Name */
/** @typedef {Name & {away: number, rank: number, metres: number}} Candidate */

const CELL_PX = 420;
const MOST = 36;
const NAMES_A_STEP = 8;
const PLACES_FROM_ZOOM = 12.5;

export class Labels {
  widths = /** @type {Map<string, number>} */ (new Map());
  middles = /** @type {Map<number, Ui.Middle>} */ (new Map());
  written = /** @type {Set<string>} */ (new Set()); // the places and names of the ground that stand already
  ground = /** @type {Ui.Ground | null} */ (null);

  /** @param {Ui.Network} network */
  constructor(network) {
    this.network = network;
  }

  /** Draws the names around the boxes already `taken`.
   * @param {Ui.Context} ctx @param {Ui.View} view @param {Ui.Colours} colours @param {Ui.Box[]} taken */
  paint(ctx, view, colours, taken) { drain(this.steps(ctx, view, colours, taken)); }

  /** The same bit by bit. @param {Ui.Context} ctx @param {Ui.View} view @param {Ui.Colours} colours
   * @param {Ui.Box[]} taken */
  *steps(ctx, view, colours, taken) {
    const scale = screenScale(), size = Math.round((view.zoom < 13 ? 11.5 : 13) * scale);
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    this.written.clear();
    const paper = { ctx, view, colours, taken };
    if (this.ground) yield* this.ground.nameSteps(this, paper, true);
    const found = this.candidates(view, CELL_PX * scale);
    yield;
    yield* this.roadSteps(paper, found, size, scale);
    if (view.zoom >= PLACES_FROM_ZOOM) this.paintPlaces(ctx, view, colours, taken, Math.round(11 * scale));
    yield;
    if (this.ground) yield* this.ground.nameSteps(this, paper, false);
  }

  /** @param {Ui.GroundPaper} paper @param {Candidate[]} found @param {number} size @param {number} scale */
  *roadSteps({ ctx, view, colours, taken }, found, size, scale) {
    ctx.font = `600 ${size}px ${getComputedStyle(document.body).fontFamily}`;
    let count = 0;
    for (const name of found) {
      if (count >= MOST) break;
      if (!this.take(ctx, view, name, size, taken)) continue;
      write(ctx, name, colours.halo, colours.name, 3.4 * scale);
      count += 1;
      if (count % NAMES_A_STEP === 0) yield;
    }
  }

  /** Takes the room of a name where it is free and wholly on the screen.
   * @param {Ui.Context} ctx @param {Ui.View} view @param {Name} name @param {number} size
   * @param {Ui.Box[]} taken @param {number} width of the text, where it is known */
  take(ctx, view, name, size, taken, width = this.width(ctx, name.text)) {
    const box = boxOf(name, width, size);
    const isFree = view.shows(box) && !taken.some((other) => overlaps(box, other));
    if (isFree) taken.push(box);
    return isFree;
  }

  /** One name a road and cell, nearest to the cell's middle; the longest roads of the highest class first.
   * @param {Ui.View} view @param {number} cell */
  candidates(view, cell) {
    const { network } = this;
    const best = /** @type {Map<string, Candidate>} */ (new Map());
    for (const i of network.listed) {
      const text = network.roads[i];
      if (!text || !network.drawn[i] || !view.sees(network.box, i, -10)) continue;
      const middle = this.middleOf(i), x = view.px(middle.x), y = view.py(middle.y);
      const cx = Math.floor(x / cell), cy = Math.floor(y / cell), key = `${text}\n${cx},${cy}`;
      const away = Math.hypot(x - (cx + 0.5) * cell, y - (cy + 0.5) * cell), before = best.get(key);
      if (before && before.away <= away) continue;
      const rank = network.rank[i], metres = Number(network.roadMetres.get(text));
      best.set(key, { text, x, y, away, turn: uprightTurn(middle), rank, metres });
    }
    return [...best.values()].sort((a, b) => a.rank - b.rank || b.metres - a.metres || a.away - b.away);
  }

  /** @param {number} i */
  middleOf(i) {
    const middle = this.middles.get(i) || this.network.middle(i);
    this.middles.set(i, middle);
    return middle;
  }

  /** @param {Ui.Context} ctx @param {string} text */
  width(ctx, text) {
    const key = ctx.font + text, width = this.widths.get(key) ?? ctx.measureText(text).width;
    this.widths.set(key, width);
    return width;
  }

  /** @param {Ui.Context} ctx @param {Ui.View} view @param {Ui.Colours} colours @param {Ui.Box[]} taken
   * @param {number} size */
  paintPlaces(ctx, view, colours, taken, size) {
    ctx.font = `500 ${size}px ${getComputedStyle(document.body).fontFamily}`;
    for (const [text, , lon, lat] of this.network.places) {
      const x = view.px(worldX(lon)), y = view.py(worldY(lat)), name = { text, x, y: y + size, turn: 0 };
      if (!view.holds(x, y, 0) || !this.take(ctx, view, name, size, taken)) continue;
      ctx.fillStyle = colours.faint;
      ctx.fillRect(x - 2, y - 2, 4, 4);
      write(ctx, name, colours.halo, colours.faint, 3);
      this.written.add(text);
    }
  }
}

/** @param {Ui.Context} ctx @param {Name} name @param {string} halo @param {string} fill
 * @param {number} width */
export function write(ctx, name, halo, fill, width) {
  ctx.save();
  ctx.translate(name.x, name.y);
  ctx.rotate(name.turn);
  ctx.lineWidth = width;
  ctx.strokeStyle = halo;
  ctx.strokeText(name.text, 0, 0);
  ctx.fillStyle = fill;
  ctx.fillText(name.text, 0, 0);
  ctx.restore();
}

/** The angle of a road, turned so that the text never stands on its head.
 * @param {{dx: number, dy: number}} middle */
export function uprightTurn({ dx, dy }) {
  const turn = Math.atan2(dy, dx);
  if (turn > Math.PI / 2) return turn - Math.PI;
  return turn <= -Math.PI / 2 ? turn + Math.PI : turn;
}

/** @param {Name} name @param {number} width @param {number} size @returns {Ui.Box} */
export function boxOf({ x, y, turn }, width, size) {
  const cos = Math.abs(Math.cos(turn)), sin = Math.abs(Math.sin(turn));
  const halfX = (width * cos + size * sin) / 2 + 6, halfY = (width * sin + size * cos) / 2 + 4;
  return [x - halfX, y - halfY, x + halfX, y + halfY];
}

/** @param {Ui.Box} a @param {Ui.Box} b */
export function overlaps(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}
