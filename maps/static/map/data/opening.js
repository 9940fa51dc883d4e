// The list of datasets is fetched when it is opened, or when an address or a search asks for one.
import { byId, el } from "../../dom.js";
import { t } from "../../words.js";

/** @typedef {{row: number, lon: number | null, lat: number | null}} Hit */

export class DataOpening {
  panel = /** @type {import("./panel.js").DataPanel | null} */ (null);

  /** @param {Ui.Live} live */
  constructor(live) {
    this.live = live;
    const details = byId("data-layers", HTMLDetailsElement);
    details.addEventListener("toggle", async () => {
      if (details.open) (await this.open())?.read();
    });
    this.asked();
    live.state.on((change) => { if (change === "address") this.asked(); });
  }

  /** Opens the list where the address names a dataset. */
  asked() {
    if (this.live.state.data.size) byId("data-layers", HTMLDetailsElement).open = true;
  }

  async open() {
    const body = byId("data-layers-body");
    try {
      const { DataPanel } = await import("./panel.js");
      this.panel ||= new DataPanel(this.live, body);
    } catch {
      body.replaceChildren(el("p", "note", t("data.layers.failed")));
    }
    return this.panel;
  }

  /** @param {import("leaflet").LeafletMouseEvent} e */
  takes(e) { return this.panel?.takes(e) ?? false; }

  /** @param {string} id @param {Hit} hit */
  async find(id, hit) {
    const panel = await this.open();
    byId("data-layers", HTMLDetailsElement).open = true;
    await panel?.find(id, hit);
  }
}
