// A closure by hand from the desk: the same line of text; what it means stands beside it, without a map.
import { byId, el } from "../dom.js";
import { getJson } from "../get.js";
import { t } from "../words.js";
import { ClosureActs } from "../map/closures/acts.js";
import { ConflictDialog } from "../map/closures/conflict.js";
import { may } from "../map/closures/may.js";
import { Notices } from "../map/closures/notices.js";
import { ClosingPanel } from "../map/closures/panel.js";
import { Sender } from "../map/closures/sender.js";
import { notice } from "./copy.js";
import { loadRoads } from "./sketch.js";

export class DeskClosing {
  /** @param {Ui.Clock} clock */
  constructor(clock) {
    const home = el("div", "closing-desk"), now = () => clock.now();
    byId("answer").prepend(home);
    this.clock = clock;
    this.sender = new Sender({
      done: () => notice(t("ended.sent"), "done"), changed: () => this.showWaits(),
      conflict: (act, answer) => this.conflict.show(answer, act),
      refused: (act, answer) => {
        this.panel.open(null, [], act.title);
        notice(answer.error.message, "bad");
      },
    }, now);
    this.panel = new ClosingPanel(home, { now, send: (act) => this.sender.send(act), show: () => {} });
    this.notices = new Notices(home, {
      drop: (id) => this.sender.drop(id), again: () => this.sender.again(), mayAct: () => false,
      open: () => {}, longer: () => {},
    });
    this.acts = new ClosureActs(this.sender, now);
    this.conflict = new ConflictDialog((answer, act) => this.acts.sendMine(answer, act));
    byId("tool-close").addEventListener("click", () => this.open());
    this.showWaits();
  }

  open() { if (may("close")) this.panel.open(); }

  /** Corrects, ends or undoes the closure that a card names, as it stands now. @param {Desk.ClosureDo} what
   * @param {string} id */
  async do(what, id) {
    try {
      const { closure } = await getJson("/api/v1/closures/" + encodeURIComponent(id));
      if (what !== "correct") { this.acts[what](closure); return; }
      const roads = await loadRoads();
      const known = closure.links.map((/** @type {number} */ i) => roads?.ids[i] || "").filter(Boolean);
      this.panel.open(closure, known);
    } catch { notice(t("card.failed"), "bad"); }
  }

  showWaits() { this.notices?.show(this.sender?.waits.values() || [], [], this.clock.now()); }
}
