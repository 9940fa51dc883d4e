// Back and Forward of the browser lead over the steps of a screen; each has its address.
import { byId } from "../../dom.js";
import { parse } from "../state.js";
import { isOtherTime, keyOf, stepOf } from "./rules.js";

/** @typedef {import("./rules.js").Seen} Seen */
/** @typedef {{seen: Seen, under: string}} Kept */

const PUT_AFTER_MS = 250;
const MOVE_MS = 2000; // a time that was changed so lately is still the same move
const CLOSING = "closing"; // the panel of a closure by hand counts as a dialog
/** What opens a dialog anew, with what it shows now; the others are shown as they were left. */
const OPENERS = /** @type {Record<string, string>} */ ({
  "help": "tool-help", "log-dialog": "alerts-log", "time-dialog": "moment-changes",
  "away-dialog": "alerts-away",
});

export class Steps {
  under = ""; // what the step below shows
  timer = 0;
  isDue = false;
  isGoing = false; // on the way to the step below, as nothing is left of this one
  moved_ms = -Infinity;
  move = "";
  held = 0; // the drag of the bar of time, 0 none
  drags = 0;

  /** @param {Ui.Live} live */
  constructor(live) {
    this.live = live;
    this.under = keptIn(history.state)?.under || "";
    this.seen = this.look();
    live.state.changed = () => this.soon();
    live.state.leaving = () => this.flush();
    const watch = new MutationObserver(() => this.soon());
    watch.observe(document.body, { subtree: true, attributeFilter: ["open", "data-sheet"] });
    watch.observe(live.closing.panel.element, { attributeFilter: ["hidden"] });
    addEventListener("popstate", (e) => this.arrive(keptIn(e.state)));
    this.put("replaceState"); // the step it begins with
    live.time.slider.addEventListener("pointerdown", () => { this.held = ++this.drags; });
    for (const name of ["pointerup", "pointercancel"]) addEventListener(name, () => { this.held = 0; });
  }

  /** What the screen shows. @returns {Seen} */
  look() {
    const { state: { chosen, place, at_ms, isThen } } = this.live;
    return { chosen, place, at_ms, isThen, sheet: sheetShown(), dialogs: this.dialogs() };
  }

  /** What lies over the map. One without a name, such as that of a login's end, is no step. */
  dialogs() {
    const open = [...document.querySelectorAll("dialog[open][id]")].map(({ id }) => id);
    return this.live.closing.panel.isOpen ? [CLOSING, ...open] : open;
  }

  /** Several changes of one task are one. */
  soon() {
    if (this.isDue) return;
    this.isDue = true;
    setTimeout(() => { this.isDue = false; this.settle(); });
  }

  settle() {
    if (this.isGoing) return;
    const now = this.look(), isSameMove = isOtherTime(this.seen, now) && this.isSameMove();
    const step = stepOf(this.seen, now, this.under, isSameMove);
    if (step === "back") { this.isGoing = true; history.back(); return; }
    if (step === "push") this.under = keyOf(this.seen);
    this.seen = now;
    if (step === "push") this.put("pushState"); else this.putSoon();
  }

  /** Whether the time moves on as it did: one play, one drag, or presses one after another. */
  isSameMove() {
    const { timer } = this.live.time, now = performance.now(), { moved_ms } = this;
    const move = timer ? "play " + timer : this.held ? "drag " + this.held : "";
    const isSame = move ? move === this.move : now - moved_ms < MOVE_MS;
    Object.assign(this, { move, moved_ms: now });
    return isSame;
  }

  putSoon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.put("replaceState"), PUT_AFTER_MS);
  }

  /** Writes an address that waits, before the screen shows something else. */
  flush() { if (this.timer && !this.isDue && !this.isGoing) this.put("replaceState"); }

  /** @param {"pushState" | "replaceState"} how */
  put(how) {
    clearTimeout(this.timer);
    this.timer = 0;
    const { seen, under } = this;
    history[how]({ bomnae: { seen, under } }, "", this.live.state.address());
  }

  /** The browser has gone to another step, or to an address that somebody wrote or pressed.
   * @param {Kept | null} kept */
  arrive(kept) {
    const { state } = this.live, { isGoing } = this;
    this.isGoing = false;
    clearTimeout(this.timer);
    this.timer = 0;
    this.under = kept ? kept.under : keyOf(this.seen);
    if (isGoing && kept) {
      this.seen = kept.seen;
      this.settle();
    } else if (kept) {
      this.seen = kept.seen;
      this.show(kept.seen);
    } else {
      state.read();
      this.seen = this.look();
      state.notify("address");
    }
  }

  /** Brings the screen to a step. What somebody switched on or off meanwhile stays. @param {Seen} seen */
  show({ chosen, place, at_ms, isThen, sheet, dialogs }) {
    const { live } = this, { state, time, tools } = live, { view } = parse(location.hash);
    const open = this.dialogs();
    time.pause();
    for (const id of open.filter((each) => !dialogs.includes(each)).reverse()) this.close(id);
    Object.assign(state, { chosen, place, at_ms, isThen });
    if (view) Object.assign(state, { view, isViewGiven: true });
    byId("time-then", HTMLInputElement).checked = isThen;
    tools.openSheet(sheet);
    state.notify("step");
    for (const id of dialogs) if (!open.includes(id)) this.open(id);
  }

  /** @param {string} id */
  close(id) {
    if (id === CLOSING) this.live.closing.panel.close(); else byId(id, HTMLDialogElement).close();
  }

  /** Opens what was only read; a form half filled in is not brought back, and its step is left again.
   * @param {string} id */
  open(id) {
    if (id === CLOSING) { this.live.closing.open(); return; }
    const dialog = document.getElementById(id);
    if (!(dialog instanceof HTMLDialogElement) || dialog.querySelector("form:not([method=dialog])")) return;
    if (id in OPENERS) byId(OPENERS[id]).click(); else dialog.showModal();
  }
}

/** The sheet that covers the map; on a wide screen the sides stand beside it. */
function sheetShown() {
  const { sheet = "" } = document.body.dataset;
  return document.querySelector(`.sheets [data-sheet="${sheet}"]`)?.getClientRects().length ? sheet : "";
}

/** What is ours in the browser's entry. @param {unknown} entry @returns {Kept | null} */
function keptIn(entry) {
  const kept = entry && Reflect.get(Object(entry), "bomnae");
  return kept?.seen ? kept : null;
}
