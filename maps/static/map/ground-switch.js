// The switch of the ground under the roads: shown where there is a basemap, remembered by the browser.
import { byId, el } from "../dom.js";
import { keep, kept } from "../kept.js";

export class GroundSwitch {
  isOn = kept("ground") !== "off";

  /** @param {Ui.Live} live */
  constructor(live) {
    this.live = live;
    if (live.options.basemap) byId("layer-rows").querySelector("[data-name=labels]")?.after(this.row());
  }

  row() {
    const label = el("label", "check"), box = el("input"), word = el("span", "word");
    box.type = "checkbox";
    box.id = "show-ground";
    box.checked = this.isOn;
    box.addEventListener("change", () => this.turn(box.checked));
    word.dataset.t = "ground";
    label.dataset.name = "ground";
    label.append(box, el("span", "icon ground"), word, el("span", "count"));
    return label;
  }

  /** @param {boolean} isOn */
  turn(isOn) {
    this.isOn = isOn;
    keep("ground", isOn ? "on" : "off");
    this.live.ground?.show(isOn);
    this.start();
  }

  /** Fetches the ground for the first time it is to be seen. */
  async start() {
    const { live } = this;
    if (!this.isOn || !live.options.basemap || live.ground) return;
    (await live.showGround()).show(this.isOn);
  }
}
