// A number by its kind: a bar each, its figure beside it; text itself, so that nothing stands behind it.
import { el } from "../dom.js";
import { figure } from "./shared.js";

/** @param {{labels: string[], values: (number | null)[], unit: string}} of */
export function barsOf({ labels, values, unit }) {
  const list = el("ol", "ds-bars"), most = Math.max(1e-9, ...values.map((value) => Math.abs(value ?? 0)));
  list.append(...labels.map((label, k) => {
    const row = el("li"), value = values[k] ?? 0, bar = el("i");
    bar.style.width = `${shareOf(value, most)}%`;
    const track = el("span", "ds-track");
    track.append(bar);
    const said = [rounded(value), unit].filter(Boolean).join(" ");
    row.append(el("span", "ds-label", label), track, el("b", "", said));
    return row;
  }));
  return list;
}

/** The length of a bar, % of the longest: what is not nothing is seen. @param {number} value
 * @param {number} most */
export const shareOf = (value, most) => value ? Math.max(0.5, 100 * Math.abs(value) / most) : 0;

/** @param {number} value */
export const rounded = (value) => figure(Math.round(value * 100) / 100);
