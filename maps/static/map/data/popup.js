// What is known of a row of a dataset, beside it on the map: text only, in the declared columns.
import { dateText, textOf, titleOf } from "../../data/shared.js";
import { el, makeButton, termRow } from "../../dom.js";
import { t } from "../../words.js";
import { L } from "../leaflet.js";

/** @typedef {import("../../data/shared.js").Dataset} Dataset */

/** @param {Ui.LeafletMap} map @param {Dataset} one @param {[string, unknown][]} cells by column
 * @param {import("leaflet").LatLngExpression} at */
export function openPopup(map, one, cells, at) {
  const box = el("section", "data-popup"), list = el("dl"), head = el("h2");
  const more = el("a", "", t("data.layers.page"));
  head.textContent = titleOf(one);
  more.href = `/data/${encodeURIComponent(one.id)}`;
  const known = cells.filter(([, value]) => value !== null && value !== "");
  list.append(...known.map(([name, value]) => termRow(name, dateText(textOf(value)))));
  const popup = L.popup({ closeButton: false, maxWidth: 320, minWidth: 200, autoPanPadding: [20, 20] });
  const close = makeButton("data-close", "×", () => map.closePopup(popup));
  close.setAttribute("aria-label", t("data.popup.close"));
  box.append(close, head, list, more);
  popup.setLatLng(at).setContent(box).openOn(map);
  return popup;
}
