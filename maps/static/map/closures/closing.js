// Closures by hand on the map: it joins panel, sender, lines and the card's acts.
import { byId } from "../../dom.js";
import { ClosureActs } from "./acts.js";
import { ConflictDialog } from "./conflict.js";
import { termsOf } from "./draft.js";
import { may } from "./may.js";
import { Notices } from "./notices.js";
import { ClosingPanel } from "./panel.js";
import { Preview } from "./preview.js";
import { Sender } from "./sender.js";

export class Closing {
  preview = new Preview();
  isPicking = false;

  /** @param {Ui.Live} live */
  constructor(live) {
    this.live = live;
    const now = () => live.clock.now(), stage = byId("stage");
    this.sender = new Sender({
      done: (act) => this.onDone(act), changed: () => this.showWaits(),
      conflict: (act, answer) => this.conflict.show(answer, act),
      refused: (act, answer) => this.onRefused(act, answer),
    }, now);
    this.panel = new ClosingPanel(stage, {
      now, send: (act) => this.sender.send(act), show: (links) => this.showTyped(links),
      pick: (isPicking) => this.pick(isPicking),
    });
    this.notices = new Notices(stage, {
      drop: (id) => this.sender.drop(id), again: () => this.sender.again(), mayAct: () => may("act"),
      open: (row) => live.choose({ kind: "closure", id: row.id }, true),
      longer: (row, ends_ms) => this.correct(row, { ends_ms }),
    });
    this.acts = new ClosureActs(this.sender, now);
    this.conflict = new ConflictDialog((answer, act) => this.acts.sendMine(answer, act));
    byId("tool-close").addEventListener("click", () => this.open());
    setInterval(() => this.showWaits(), 1000);
  }

  /** Opens the panel, where somebody may. */
  open() {
    if (!may("close")) return;
    this.live.tools.openSheet("");
    this.panel.open();
  }

  /** @param {Api.HandClosure} row */
  openRow(row) { this.panel.open(row, this.idsOf(row.links)); }

  /** @param {number[]} links */
  idsOf(links) { return links.map((i) => this.live.picture?.network.ids[i] || "").filter(Boolean); }

  /** @param {boolean} isPicking */
  pick(isPicking) {
    this.isPicking = isPicking;
    this.live.map.getContainer().classList.toggle("is-picking", isPicking);
    this.panel.element.classList.toggle("is-picking", isPicking);
    if (isPicking) this.panel.draft.start = this.panel.draft.end = null;
  }

  /** Takes a press on the map while points are picked. @param {{lng: number, lat: number}} at */
  takes(at) {
    if (!this.isPicking || !this.panel.isOpen) return false;
    this.panel.point({ lon: at.lng, lat: at.lat });
    return true;
  }

  /** @param {number[]} links */
  showTyped(links) {
    const isSame = JSON.stringify(links) === JSON.stringify(this.preview.typed);
    this.preview.typed = links;
    if (isSame) return;
    this.live.marks?.canvas.repaint();
    this.bringIntoView(links);
  }

  /** Moves the map where a closure would lie outside of it, or under the panel or the card.
   * @param {number[]} links */
  bringIntoView(links) {
    const { map, picture } = this.live, bounds = picture?.network.bounds(links), size = map.getSize();
    if (!bounds) return;
    const { left, right, below } = this.room();
    const corners = bounds.map((corner) => map.latLngToContainerPoint(corner));
    const [most_x, most_y] = [size.x - right, size.y - below];
    if (corners.every(({ x, y }) => x > left && x < most_x && y > 20 && y < most_y)) return;
    map.fitBounds(bounds, { paddingTopLeft: [left, 40], paddingBottomRight: [right, below], maxZoom: 16 });
  }

  /** What the panel, which stands at the left, and the card at the right take from the map; on a phone both
   * lie below. */
  room() {
    const card = byId("card"), { element } = this.panel, size = this.live.map.getSize();
    const [panelWidth, cardWidth] = [element.offsetWidth, card.offsetWidth];
    const isBelow = Math.max(panelWidth, cardWidth) > size.x * 0.8;
    const height = Math.min(Math.max(element.offsetHeight, card.offsetHeight), size.y * 0.8);
    if (isBelow) return { left: 20, right: 20, below: height + 20 };
    return { left: panelWidth + 40, right: cardWidth + 40, below: 40 };
  }

  showWaits() {
    const waits = [...this.sender?.waits.values() || []], { live } = this;
    const links = waits.flatMap((act) => act.links), before = this.preview.waiting.length;
    this.preview.waiting = links;
    if (links.length || before) live.marks?.canvas.repaint();
    const rows = live.now ? live.now.rows.closure.values() : [];
    this.notices?.show(waits, rows, live.clock.now());
  }

  /** @param {import("./sender.js").Act} act */
  onDone(act) {
    if (act.method !== "POST" || act.path !== "closures") return;
    this.live.choose({ kind: "closure", id: act.closure });
    this.bringIntoView(act.links);
  }

  /** What was refused goes back to the panel, with what is wrong. @param {import("./sender.js").Act} act
   * @param {{error?: {message: string}}} answer */
  onRefused(act, answer) {
    const text = typeof act.body.text === "string" && act.body.text || act.title;
    this.panel.open(null, [], text);
    this.panel.said.textContent = answer?.error?.message || "";
  }

  /** @param {Api.HandClosure} row @param {Record<string, unknown>} change */
  correct(row, change) {
    const terms = { ...termsOf(row), title: row.title, link_ids: this.idsOf(row.links), ...change };
    this.acts.correct(row, terms);
  }
}
