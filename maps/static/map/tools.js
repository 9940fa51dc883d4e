// The buttons of the top line, the sheets of a telephone, and the keys that do the same.
import { byId, el } from "../dom.js";
import { LEVELS } from "../levels.js";
import { contextOf } from "../signs.js";
import { nextLanguage, showLanguage, t } from "../words.js";
import { CanvasLayer } from "./canvas-layer.js";
import { fillHelp, listenToKeys } from "./keys.js";

/** @returns {NodeListOf<HTMLElement>} */
const sheetButtons = () => document.querySelectorAll(".sheets button");

export class Tools {
  /** What the screen was before it went to paper.
   * @type {{theme: string, centre: import("leaflet").LatLng, zoom: number} | null} */
  screen = null;

  /** @param {Ui.Live} live */
  constructor(live) {
    this.live = live;
    this.state = live.state;
    const { state } = this, help = byId("help", HTMLDialogElement);
    const acts = {
      dark: () => state.setTheme(state.theme === "dark" ? "light" : "dark"),
      cb: () => state.setPalette(state.palette === "cb" ? "plain" : "cb"),
      lang: () => state.setLang(nextLanguage(state.lang)),
      help: () => { fillHelp(); help.showModal(); },
      print: () => window.print(),
    };
    for (const [name, act] of Object.entries(acts)) byId("tool-" + name).addEventListener("click", act);
    for (const button of sheetButtons()) {
      button.addEventListener("click", () => this.openSheet(button.dataset.sheet || ""));
    }
    byId("alerts-sum").addEventListener("click", () => this.toAlerts());
    byId("empty-retry").addEventListener("click", () => live.stream.wake());
    listenToKeys({
      "/": () => { this.openSheet("left"); live.search.focus(); },
      "a": () => this.toAlerts(), "s": () => live.alerts.sound.toggle(), "d": acts.dark, "c": acts.cb,
      "l": acts.lang,
      "t": () => live.time.slider.focus(),
      "?": acts.help, "0": () => live.goHome(), "Escape": () => this.escape(),
      ...Object.fromEntries(LEVELS.map((level, k) => [String(k + 1), () => state.toggle(level)])),
    });
    addEventListener("beforeprint", () => this.toPaper());
    addEventListener("afterprint", () => this.fromPaper());
    this.openSheet("");
  }

  /** Paper is light whatever the screen is; the map is drawn again at the size it has there. */
  toPaper() {
    if (this.screen) return;
    const { state, live: { map } } = this, at = map.getBounds();
    this.screen = { theme: state.theme, centre: map.getCenter(), zoom: map.getZoom() };
    this.turn("light", true);
    map.fitBounds(at, { animate: false });
    this.live.repaintAll();
    this.live.showPanels();
    this.join();
  }

  /** @param {string} theme @param {boolean} isOnPaper */
  turn(theme, isOnPaper) {
    const root = document.documentElement;
    this.state.theme = root.dataset.theme = theme;
    root.classList.toggle("is-on-paper", isOnPaper);
    this.live.map.invalidateSize({ animate: false });
  }

  /** One canvas goes to paper: a browser prints the clearing of a canvas too, and that takes what lies under
   * it. */
  join() {
    const { layers } = this.live, top = layers[layers.length - 1]?.canvas;
    if (!top) return;
    const { ctx, element } = top, sheet = el("canvas");
    sheet.width = element.width;
    sheet.height = element.height;
    for (const layer of layers) contextOf(sheet).drawImage(layer.canvas.element, 0, 0);
    ctx.save();
    ctx.setTransform(1, 0, 0, 1, 0, 0);
    ctx.clearRect(0, 0, element.width, element.height);
    ctx.drawImage(sheet, 0, 0);
    ctx.restore();
    CanvasLayer.isKept = true;
  }

  fromPaper() {
    const { live, screen } = this;
    if (!screen) return;
    this.screen = null;
    CanvasLayer.isKept = false;
    this.turn(screen.theme, false);
    live.map.setView(screen.centre, screen.zoom, { animate: false });
    live.repaintAll();
    live.showPanels();
  }

  /** @param {string} name */
  openSheet(name) {
    document.body.dataset.sheet = name;
    for (const button of sheetButtons()) {
      button.setAttribute("aria-pressed", String(button.dataset.sheet === name));
    }
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
    const { theme, palette, lang } = this.state;
    showLanguage(byId("tool-lang"), nextLanguage(lang));
    byId("tool-dark").textContent = t(theme === "dark" ? "tool.light" : "tool.dark");
    byId("tool-cb").setAttribute("aria-pressed", String(palette === "cb"));
  }
}
