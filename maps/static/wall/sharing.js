// An operator shows a screen on the wall: where the map looks, what is chosen and the time that is shown go
// to the server when they change. It ends with the page, when asked, when another screen takes the wall, and
// when nobody has touched the screen for a while.
import { byId, write } from "../dom.js";
import { tell } from "../session.js";
import { t } from "../words.js";

const EVERY_MS = 500, SAID_MS = 10_000;
const ACTS = ["pointerdown", "keydown", "wheel"];

export class Sharing {
  isOn = false;
  isTelling = false;
  told = "";
  until_ms = 0; // of the server's clock
  touched_ms = 0;
  timer = 0;
  gone = 0;
  lasts_ms = Infinity; // how long the server keeps a view that does not move
  screen = crypto.randomUUID().replaceAll("-", "").slice(0, 16);
  button = byId("tool-share");

  /** @param {Ui.Live} live */
  constructor(live) {
    this.live = live;
    const touch = () => { this.touched_ms = performance.now(); };
    for (const act of ACTS) addEventListener(act, touch, { passive: true });
    addEventListener("pagehide", () => this.end(""));
  }

  turn() { if (this.isOn) this.end("wall.share.ended"); else this.begin(); }

  begin() {
    this.isOn = true;
    this.told = "";
    this.touched_ms = performance.now();
    this.timer = setInterval(() => this.look(), EVERY_MS);
    this.look();
    this.show();
  }

  /** Tells what is another than before, and ends what the server has forgotten. */
  look() {
    if (this.until_ms && this.live.clock.now() > this.until_ms) { this.end("wall.share.over"); return; }
    const view = this.view(), isTaking = !this.until_ms;
    if (this.isTelling || JSON.stringify(view) === this.told || this.isLeft()) return;
    this.tell(view, isTaking);
  }

  /** @param {ReturnType<Sharing["view"]>} view @param {boolean} isTaking */
  async tell(view, isTaking) {
    this.isTelling = true;
    try {
      const body = { ...view, screen: this.screen, is_taking: isTaking };
      const { moved_ms, until_ms } = await tell("PUT", "wall", body);
      this.told = JSON.stringify(view);
      this.until_ms = until_ms;
      this.lasts_ms = until_ms - moved_ms;
      if (this.isOn) this.say("wall.share.on");
    } catch (error) {
      this.fail(Number(Reflect.get(Object(error), "status")));
    }
    this.isTelling = false;
  }

  /** Whether nobody has touched the screen for so long that what still moves on it is nobody's act. */
  isLeft() { return performance.now() - this.touched_ms > this.lasts_ms; }

  /** @param {number} status of the refusal; NaN: no answer, and the next look tries again */
  fail(status) {
    if (status === 409) this.stop("wall.share.taken");
    else if (status >= 400 && status !== 429 && status < 500) this.stop("wall.share.refused");
    else this.say("wall.share.failed");
  }

  view() {
    const { map, state } = this.live, at = map.getCenter(), size = map.getSize();
    const { kind = "", id = "" } = state.chosen || {}, isPassing = kind === "bus" || id.length > 200;
    return {
      lat: Number(at.lat.toFixed(6)), lon: Number(at.lng.toFixed(6)), zoom: Number(map.getZoom().toFixed(3)),
      width: Math.max(1, size.x), height: Math.max(1, size.y),
      kind: isPassing ? "" : kind, id: isPassing ? "" : id,
      at_ms: state.at_ms === null ? null : Math.round(state.at_ms), is_then: state.isThen,
    };
  }

  /** Takes the view from the wall. @param {string} word why, "" where nobody is there to read it */
  end(word) {
    if (!this.isOn) return;
    fetch("/api/v1/wall/" + this.screen, { method: "DELETE", keepalive: true }).catch(() => {});
    this.stop(word);
  }

  /** @param {string} word */
  stop(word) {
    clearInterval(this.timer);
    this.isOn = false;
    this.until_ms = 0;
    this.show();
    if (word) this.say(word);
  }

  /** Says how it stands, on the map; when it is over only for a while. @param {string} word */
  say(word) {
    const note = byId("share-said");
    note.dataset.t = word;
    byId("on-wall").dataset.state = this.isOn ? "on" : "off";
    write(note, t(word));
    clearTimeout(this.gone);
    if (this.isOn) return;
    this.gone = setTimeout(() => { delete note.dataset.t; write(note, ""); }, SAID_MS);
  }

  show() {
    this.button.setAttribute("aria-pressed", String(this.isOn));
    this.button.dataset.t = this.isOn ? "wall.sharing" : "wall.share";
    write(this.button, t(this.button.dataset.t));
  }
}
