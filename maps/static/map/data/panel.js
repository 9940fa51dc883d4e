// The list of the datasets that can be put on the map. It is the legend too: each has colour and form there.
import { fieldName, figure, titleOf } from "../../data/shared.js";
import { el, showText, write } from "../../dom.js";
import { getJson } from "../../get.js";
import { t } from "../../words.js";
import { sheet } from "../charts/plot.js";
import { DataLayer, LOOKS } from "./layer.js";
import { openPopup } from "./popup.js";
import { ADDRESS, DataParts } from "./parts.js";
import { shadesOf } from "./shades.js";
import { swatch } from "./swatch.js";

/** @typedef {import("../../data/shared.js").Dataset} Dataset */
/** @typedef {{columns: string[], rows: unknown[][]}} Rows */

const EVERY_MS = 60_000, CLOSER = 2;

export class DataPanel {
  note = el("p", "note");
  list = el("div", "data-rows");
  all = /** @type {Dataset[]} */ ([]);
  looks = /** @type {Map<string, number>} */ (new Map());
  reading = /** @type {Promise<void> | null} */ (null);

  /** @param {Ui.Live} live @param {HTMLElement} place */
  constructor(live, place) {
    this.live = live;
    this.layer = new DataLayer(live.map);
    this.parts = new DataParts(live.map);
    live.map.on("moveend", () => { if (this.chosen.length) this.look(); });
    this.note.setAttribute("role", "status");
    place.replaceChildren(this.note, this.list);
    sheet("../../css/data-layers.css").then(() => this.draw());
    live.state.on((change) => {
      if (["lang", "colours"].includes(change)) this.draw();
      if (change === "address") this.follow();
    });
    setInterval(() => { if (!document.hidden && this.isSeen()) this.read(); }, EVERY_MS);
  }

  /** Reads what there is, and what is to be seen of it. */
  async read() {
    try {
      const { datasets } = /** @type {{datasets: Dataset[]}} */ (await getJson(ADDRESS));
      this.all = datasets.filter(({ draw, on_map, grade }) =>
        draw !== "none" && on_map > 0 && grade !== "personal");
      this.say();
    } catch {
      showText(this.note, t("data.layers.failed"));
    }
    await this.follow();
  }

  /** Whether the list is open, or something of it is on the map. */
  isSeen() { return this.live.state.data.size > 0 || this.list.checkVisibility(); }

  /** Shows what the address asks for. */
  async follow() {
    this.draw();
    await this.look();
  }

  get chosen() { return this.all.filter(({ id }) => this.live.state.data.has(id)); }

  /** Reads what of the chosen lies in view, and draws it. */
  async look() {
    const read = await Promise.allSettled(this.chosen.map((one) => this.parts.read(one)));
    const hasFailed = read.some(({ status }) => status === "rejected");
    if (hasFailed) showText(this.note, t("data.layers.failed"));
    else this.say();
    if (read.some((each) => each.status === "fulfilled" && each.value)) this.draw();
  }

  /** Says how much only a closer look shows. */
  say() {
    const n = this.chosen.reduce((sum, { id }) => sum + (this.parts.of(id)?.left_out || 0), 0);
    const more = n ? t("data.layers.more", { n: figure(n) }) : "";
    showText(this.note, this.all.length ? more : t("data.layers.none"));
  }

  /** @param {string} id @param {boolean} isOn */
  turn(id, isOn) {
    const { state } = this.live, data = new Set(state.data);
    if (isOn) data.add(id); else data.delete(id);
    state.setData(data);
    return this.follow();
  }

  /** The look of a dataset: kept while it is shown, the first that is free. @param {string} id */
  lookOf(id) {
    const held = new Set([...this.looks].filter(([name]) => name !== id).map(([, look]) => look));
    if (!this.looks.has(id)) {
      const free = Array.from({ length: LOOKS }, (_, k) => k).find((k) => !held.has(k));
      this.looks.set(id, free ?? this.looks.size % LOOKS);
    }
    return this.looks.get(id) ?? 0;
  }

  draw() {
    const { chosen } = this;
    for (const id of this.looks.keys()) if (!this.live.state.data.has(id)) this.looks.delete(id);
    this.layer.show(chosen.map(({ id }) =>
      ({ id, look: this.lookOf(id), shapes: [], shading: null, ...this.parts.of(id) })));
    this.drawList();
  }

  drawList() {
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.id : "";
    const fields = [...new Set(this.all.map(({ field }) => field))];
    this.list.replaceChildren(...fields.flatMap((field) => [
      el("h3", "data-field", fieldName(field)),
      ...this.all.filter((one) => one.field === field).map((one) => this.rowOf(one)),
    ]));
    if (focused.startsWith("data-show-")) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  /** @param {Dataset} one */
  rowOf(one) {
    const row = el("div", "data-row"), label = el("label", "check"), box = el("input");
    const more = el("a", "data-more", "›");
    const isOn = this.live.state.data.has(one.id), isRead = this.parts.of(one.id) !== undefined;
    const icon = el("span", "icon"), count = el("span", "count");
    box.type = "checkbox";
    box.id = "data-show-" + one.id;
    box.checked = isOn;
    box.addEventListener("change", () => this.turn(one.id, box.checked));
    write(count, isOn && !isRead ? t("data.layers.reading") : figure(one.on_map));
    if (isOn) icon.append(swatch(this.lookOf(one.id), one.draw));
    label.append(box, icon, el("span", "data-word", titleOf(one)), count);
    more.href = `/data/${encodeURIComponent(one.id)}`;
    more.setAttribute("aria-label", t("data.layers.page_of", { title: titleOf(one) }));
    row.append(label, more);
    const known = isOn ? this.parts.of(one.id) : null;
    if (known?.shading) row.append(shadesOf(one, known.shapes, known.shading, this.lookOf(one.id)));
    return row;
  }

  /** Whether a press on the map is of a dataset; then it is shown what it is.
   * @param {import("leaflet").LeafletMouseEvent} e */
  takes(e) {
    const found = this.layer.at(e.containerPoint), one = this.all.find(({ id }) => id === found?.id);
    if (!found || !one) return false;
    if (found.shape.count > 1) this.comeCloser(e.latlng);
    else this.openShape(one, found.shape, e.latlng);
    return true;
  }

  /** Of a mark of many rows: nearer, where they come apart. @param {import("leaflet").LatLng} at */
  comeCloser(at) {
    const { map } = this.live;
    map.setView(at, Math.min(map.getMaxZoom(), map.getZoom() + CLOSER));
  }

  /** What is known of a shape: the cells that came with it, else those of its row. @param {Dataset} one
   * @param {{row: number, cells?: Record<string, unknown>}} shape
   * @param {import("leaflet").LatLngExpression} at */
  async openShape(one, { row, cells }, at) {
    if (cells) openPopup(this.live.map, one, Object.entries(cells), at);
    else await this.openRow(one, row, at);
  }

  /** What is known of a row. @param {Dataset} one @param {number} row
   * @param {import("leaflet").LatLngExpression} at */
  async openRow(one, row, at) {
    try {
      const path = `${ADDRESS}/${encodeURIComponent(one.id)}/rows?offset=${row - 1}&limit=1`;
      const { columns, rows: [cells] } = /** @type {Rows} */ (await getJson(path));
      openPopup(this.live.map, one, columns.map((name, k) => [name, cells[k]]), at);
    } catch {
      showText(this.note, t("data.layers.failed"));
    }
  }

  /** Shows a dataset, and of it a row that was searched for. @param {string} id
   * @param {{row: number, lon: number | null, lat: number | null}} hit */
  async find(id, { row, lon, lat }) {
    if (!this.all.length) await this.read();
    await this.turn(id, true);
    const one = this.all.find((each) => each.id === id);
    if (!row || lon === null || lat === null || !one) return;
    this.live.flyTo([], { lon, lat });
    const shape = this.parts.of(id)?.shapes.find((each) => each.row === row);
    await this.openShape(one, shape || { row }, [lat, lon]);
  }
}
