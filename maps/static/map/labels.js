// Road and place names on the map: few, never over one another, once per road and part of the screen.
import { screenScale } from "../palette.js";
import { worldX, worldY } from "./network.js";

const CELL_PX = 420;
const MOST = 36;
const PLACES_FROM_ZOOM = 12.5;

export class Labels {
  constructor(network) {
    this.network = network;
    this.widths = new Map();
    this.kilometres = new Map();
    for (let i = 0; i < network.count; i++) {
      const road = network.roads[i];
      if (road) this.kilometres.set(road, (this.kilometres.get(road) || 0) + network.lengths[i]);
    }
    this.middles = new Map();
  }

  /** Draws the names around the boxes already `taken` ([x0, y0, x1, y1] in canvas pixels). */
  paint(ctx, view, colours, taken) {
    const scale = screenScale();
    const size = Math.round((view.zoom < 13 ? 11.5 : 13) * scale);
    const font = `600 ${size}px ${getComputedStyle(document.body).fontFamily}`;
    ctx.font = font;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    ctx.lineJoin = "round";
    let count = 0;
    for (const name of this.candidates(view, CELL_PX * scale)) {
      if (count >= MOST) break;
      const box = boxOf(name, this.width(ctx, font, name.text), size);
      if (!view.shows(box) || taken.some((other) => overlaps(box, other))) continue;
      taken.push(box);
      this.write(ctx, name, colours, colours.text, 3.4 * scale);
      count += 1;
    }
    if (view.zoom >= PLACES_FROM_ZOOM) this.paintPlaces(ctx, view, colours, taken, Math.round(11 * scale));
  }

  /** One name a road and cell, nearest to the cell's middle; the longest roads of the highest class first. */
  candidates(view, cell) {
    const { network } = this;
    const best = new Map();
    for (let i = 0; i < network.count; i++) {
      const text = network.roads[i];
      if (!text || !network.drawn[i] || !view.sees(network.box, i, -10)) continue;
      if (!this.middles.has(i)) this.middles.set(i, network.middle(i));
      const middle = this.middles.get(i);
      const x = view.px(middle.x), y = view.py(middle.y);
      const cx = Math.floor(x / cell), cy = Math.floor(y / cell);
      const away = Math.hypot(x - (cx + 0.5) * cell, y - (cy + 0.5) * cell);
      const key = text + "\n" + cx + "," + cy;
      if (best.has(key) && best.get(key).away <= away) continue;
      best.set(key, { text, x, y, away, turn: uprightTurn(middle), rank: network.rank[i], metres: this.kilometres.get(text) });
    }
    return [...best.values()].sort((a, b) => a.rank - b.rank || b.metres - a.metres || a.away - b.away);
  }

  width(ctx, font, text) {
    const key = font + text;
    if (!this.widths.has(key)) this.widths.set(key, ctx.measureText(text).width);
    return this.widths.get(key);
  }

  write(ctx, name, colours, fill, halo) {
    ctx.save();
    ctx.translate(name.x, name.y);
    ctx.rotate(name.turn || 0);
    ctx.lineWidth = halo;
    ctx.strokeStyle = colours.halo;
    ctx.strokeText(name.text, 0, 0);
    ctx.fillStyle = fill;
    ctx.fillText(name.text, 0, 0);
    ctx.restore();
  }

  paintPlaces(ctx, view, colours, taken, size) {
    const font = `500 ${size}px ${getComputedStyle(document.body).fontFamily}`;
    ctx.font = font;
    for (const [text, , lon, lat] of this.network.places) {
      const x = view.px(worldX(lon)), y = view.py(worldY(lat));
      if (!view.holds(x, y, 0)) continue;
      const name = { text, x, y: y + size, turn: 0 };
      const box = boxOf(name, this.width(ctx, font, text), size);
      if (!view.shows(box) || taken.some((other) => overlaps(box, other))) continue;
      taken.push(box);
      ctx.fillStyle = colours.faint;
      ctx.fillRect(x - 2, y - 2, 4, 4);
      this.write(ctx, name, colours, colours.faint, 3);
    }
  }
}

/** The angle of a road, turned so that the text never stands on its head. */
function uprightTurn(middle) {
  let turn = Math.atan2(middle.dy, middle.dx);
  if (turn > Math.PI / 2) turn -= Math.PI;
  if (turn <= -Math.PI / 2) turn += Math.PI;
  return turn;
}

function boxOf(name, width, size) {
  const cos = Math.abs(Math.cos(name.turn)), sin = Math.abs(Math.sin(name.turn));
  const halfX = (width * cos + size * sin) / 2 + 6, halfY = (width * sin + size * cos) / 2 + 4;
  return [name.x - halfX, name.y - halfY, name.x + halfX, name.y + halfY];
}

function overlaps(a, b) {
  return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
}
