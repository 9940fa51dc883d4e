// What buses say of the roads: links nobody can pass, and how soon a closure of each would be seen.
import { byId, el, termRow } from "../dom.js";
import { t } from "../words.js";

/** Up to how many minutes a class goes; the last is beyond, or of no bus at all. */
const PROMISES = [5, 10, 20, 40, Infinity];
const NAMES = ["5", "10", "20", "40", "none"];

/** The class of a promise in minutes, 0 or nothing: none. @param {number | undefined} minutes */
export const promiseClass = (minutes) => minutes ? PROMISES.findIndex((most) => minutes <= most) : 4;

/** Links that buses go round, as a fence across the road: red where two routes or a record say so, amber
 * with gaps where one route alone does. @param {Ui.MarksLayer} marks @param {Ui.Context} ctx
 * @param {Ui.View} view @param {Ui.Colours} palette */
export function paintImpassable(marks, ctx, view, palette) {
  const { picture, network, links, scale } = marks;
  ctx.lineCap = "butt";
  for (const [i, letter] of picture.blocked) {
    if (!network.drawn[i] || !view.sees(network.box, i)) continue;
    const bed = links.beds[network.rank[i]], reach = marks.missing(i, view) / 2, isSure = letter === "c";
    const colour = isSure ? palette.blocked : palette.doubted, bars = Math.max(11 * scale, bed * 1.7);
    ctx.setLineDash(isSure ? [] : [5 * scale, 3 * scale]);
    marks.line(ctx, i, palette.halo, 5.4 * scale, reach);
    marks.line(ctx, i, colour, 2.6 * scale, reach);
    ctx.setLineDash([4.2 * scale, 5.8 * scale]);
    ctx.lineDashOffset = -3 * scale;
    marks.line(ctx, i, palette.halo, bars + 2 * scale, reach);
    ctx.setLineDash([2.4 * scale, 7.6 * scale]);
    ctx.lineDashOffset = -3.9 * scale;
    marks.line(ctx, i, colour, bars, reach);
    ctx.setLineDash([]);
    ctx.lineDashOffset = 0;
  }
}

/** Every road by how soon a closure would be seen; a blind street is dotted. @param {Ui.MarksLayer} marks
 * @param {Ui.Context} ctx @param {Ui.View} view @param {Ui.Colours} palette */
export function paintPromises(marks, ctx, view, palette) {
  const { picture, network, links } = marks;
  ctx.lineCap = "butt";
  for (const i of links.visible) {
    if (!view.sees(network.box, i)) continue;
    const place = promiseClass(picture.promises.get(i)), width = links.beds[network.rank[i]];
    marks.line(ctx, i, palette.bed, width);
    if (place === 4) ctx.setLineDash([width * 0.6, width * 0.9]);
    marks.line(ctx, i, palette["promise-" + NAMES[place]], width * (place === 4 ? 0.6 : 0.85));
    ctx.setLineDash([]);
  }
}

/** The classes with the kilometres of each, below the box that shows them. @param {Ui.Picture} picture
 * @param {boolean} isShown */
export function showPromiseKey(picture, isShown) {
  const box = byId("promise-key");
  box.hidden = !isShown;
  if (!isShown) return;
  const { network, promises } = picture, metres = NAMES.map(() => 0);
  for (const i of network.listed) {
    if (network.drawn[i]) metres[promiseClass(promises.get(i))] += network.lengths[i];
  }
  const rows = NAMES.map((name, k) => {
    const row = termRow(el("i", "promise-line is-" + name), t(`promise.${name}`));
    row.append(el("span", "count", `${Math.round(metres[k] / 100) / 10} km`));
    return row;
  });
  box.replaceChildren(...rows);
}
