// The panel of corridors is fetched when it is opened for the first time.
import { byId, el } from "../../dom.js";
import { t } from "../../words.js";

/** @param {Ui.Live} live */
export function listenToCorridors(live) {
  const details = byId("corridors", HTMLDetailsElement), body = byId("corridors-body");
  /** @type {import("./panel.js").CorridorsPanel | null} */
  let panel = null;
  details.addEventListener("toggle", async () => {
    if (!details.open) { panel?.close(); return; }
    try {
      const { CorridorsPanel } = await import("./panel.js");
      panel ||= new CorridorsPanel(live, body);
      panel.open();
    } catch {
      body.replaceChildren(el("p", "note", t("corridors.failed")));
    }
  });
}
