// The legend of a number that shades areas: each class with its mark and its least and greatest value.
import { figure, shortMeaning } from "../../data/shared.js";
import { el } from "../../dom.js";
import { t } from "../../words.js";
import { isUnknown } from "./areas.js";
import { swatch } from "./swatch.js";

/** @param {import("../../data/shared.js").Dataset} one @param {import("./shapes.js").Shape[]} shapes
 * @param {import("./areas.js").Shading} shading @param {number} look */
export function shadesOf({ shade, draw }, shapes, shading, look) {
  const list = el("ul", "data-shades"), head = el("li", "data-shade-head", headOf(shade, draw));
  const rows = shading.classes.map(({ low, high }, k) => {
    const [least, most] = [figure(low), figure(high)];
    return rowOf(look, k, low === high ? least : t("data.shade.range", { low: least, high: most }));
  });
  if (shapes.some((shape) => isUnknown(shape, shading))) rows.push(rowOf(look, -1, t("data.shade.unknown")));
  list.append(head, ...rows);
  return list;
}

/** "총인구수 합계 (명)". @param {import("../../data/shared.js").Shade | null} shade @param {string} draw */
function headOf(shade, draw) {
  if (!shade) return "";
  const { column: name, meaning } = shade, column = shortMeaning(name, [{ name, meaning }]) || name;
  const named = draw === "dong" ? t(shade.is_sum ? "data.shade.sum" : "data.shade.mean", { column }) : column;
  return shade.unit ? `${named} (${shade.unit})` : named;
}

/** @param {number} look @param {number} of @param {string} text */
function rowOf(look, of, text) {
  const row = el("li");
  row.append(swatch(look, "area", of), el("span", "", text));
  return row;
}
