// The buttons of the top line, the sheets of a telephone, and the keys that do the same.
import { byId } from "../dom.js";
import { LEVELS } from "../levels.js";
import { nextLanguage, showLanguage, t } from "../words.js";
import { fillHelp, listenToKeys } from "./keys.js";

/** @returns {NodeListOf<HTMLElement>} */
const sheetButtons = () => document.querySelectorAll(".sheets button");

export class Tools {
  sharing = /** @type {import("../wall/sharing.js").Sharing | null} */ (null);

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
      share: () => this.share(),
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
      "n": () => live.closing.open(),
      "t": () => live.time.slider.focus(), "v": () => live.openAround(), "w": acts.share,
      "?": acts.help, "0": () => live.goHome(), "Escape": () => this.escape(),
      ...Object.fromEntries(LEVELS.map((level, k) => [String(k + 1), () => state.toggle(level)])),
    });
    this.openSheet("");
  }

  /** Shows this screen on the wall, or takes it off: an operator's. */
  async share() {
    if (byId("on-wall").hidden) return;
    const { Sharing } = await import("../wall/sharing.js");
    this.sharing ||= new Sharing(this.live);
    this.sharing.turn();
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
