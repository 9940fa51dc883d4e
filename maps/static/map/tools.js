// The buttons of the top line, the sheets of a telephone, and the keys that do the same.
import { nextLanguage, offerNext, t } from "../words.js";
import { CanvasLayer } from "./canvas-layer.js";
import { fillHelp, listenToKeys } from "./keys.js";
import { LEVELS } from "./state.js";

export class Tools {
  constructor(live) {
    this.live = live;
    this.state = live.state;
    const { state } = this;
    const help = document.getElementById("help");
    const acts = {
      dark: () => state.setTheme(state.theme === "dark" ? "light" : "dark"),
      cb: () => state.setPalette(state.palette === "cb" ? "plain" : "cb"),
      lang: () => state.setLang(nextLanguage(state.lang)),
      help: () => { fillHelp(); help.showModal(); },
      print: () => window.print(),
    };
    for (const [name, act] of Object.entries(acts)) document.getElementById("tool-" + name).addEventListener("click", act);
    for (const button of document.querySelectorAll(".sheets button")) button.addEventListener("click", () => this.openSheet(button.dataset.sheet));
    document.getElementById("alerts-sum").addEventListener("click", () => this.toAlerts());
    document.getElementById("empty-retry").addEventListener("click", () => live.stream.wake());
    this.listen(acts);
    addEventListener("beforeprint", () => this.toPaper());
    addEventListener("afterprint", () => this.fromPaper());
    this.openSheet("");
  }

  listen(acts) {
    const { live, state } = this;
    const levelKeys = Object.fromEntries(LEVELS.map((level, k) => [String(k + 1), () => state.toggle(level)]));
    listenToKeys({
      "/": () => { this.openSheet("left"); live.search.focus(); }, "a": () => this.toAlerts(), "s": () => live.alerts.sound.toggle(), "d": acts.dark, "c": acts.cb, "l": acts.lang, "?": acts.help,
      "0": () => live.goHome(), "Escape": () => this.escape(), ...levelKeys,
    });
  }

  /** Paper is light whatever the screen is; the map is drawn again at the size it has there. */
  toPaper() {
    if (this.screen) return;
    const { state, live } = this, root = document.documentElement, at = live.map.getBounds();
    this.screen = { theme: state.theme, centre: live.map.getCenter(), zoom: live.map.getZoom() };
    state.theme = root.dataset.theme = "light";
    root.classList.add("is-on-paper");
    live.map.invalidateSize({ animate: false });
    live.map.fitBounds(at, { animate: false });
    live.repaintAll();
    live.showPanels();
    this.join();
  }

  /** One canvas goes to paper: a browser prints the clearing of a canvas too, and that takes what lies under it. */
  join() {
    const { links, buses, marks } = this.live;
    if (!marks) return;
    const { ctx, element } = marks.canvas;
    const sheet = document.createElement("canvas");
    sheet.width = element.width;
    sheet.height = element.height;
    for (const layer of [links, buses, marks]) sheet.getContext("2d").drawImage(layer.canvas.element, 0, 0);
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, element.width, element.height);
    ctx.drawImage(sheet, 0, 0);
    ctx.restore();
    CanvasLayer.isKept = true;
  }

  fromPaper() {
    const { state, live, screen } = this;
    if (!screen) return;
    this.screen = null;
    CanvasLayer.isKept = false;
    state.theme = document.documentElement.dataset.theme = screen.theme;
    document.documentElement.classList.remove("is-on-paper");
    live.map.invalidateSize({ animate: false });
    live.map.setView(screen.centre, screen.zoom, { animate: false });
    live.repaintAll();
    live.showPanels();
  }

  openSheet(name) {
    document.body.dataset.sheet = name;
    for (const button of document.querySelectorAll(".sheets button")) button.setAttribute("aria-pressed", String(button.dataset.sheet === name));
  }

  toAlerts() {
    this.openSheet("right");
    this.live.alerts.focus();
  }

  escape() {
    if (this.state.chosen) this.live.choose(null);
    else this.openSheet("");
  }

  /** Words and pressed states of the buttons. */
  show() {
    const { state } = this;
    offerNext(document.getElementById("tool-lang"));
    document.getElementById("tool-dark").textContent = t(state.theme === "dark" ? "tool.light" : "tool.dark");
    document.getElementById("tool-cb").setAttribute("aria-pressed", String(state.palette === "cb"));
  }
}
