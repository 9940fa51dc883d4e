// The tools of the wall: they come with the pointer or the Tab key and go by themselves. Keys work without.
import { byId, el, isForAnother, isWriting, letterOf, makeButton, write } from "../dom.js";
import { isOff } from "../shortcuts.js";
import { nextLanguage, t, wordIn } from "../words.js";
import { withPart } from "./settings.js";

const TOOLS_MS = 5000; // they go that long after the last move of the pointer
const KEYS = /** @type {Record<string, string>} */ ({
  " ": "pause", "ArrowRight": "on", "ArrowDown": "on", "PageDown": "on", "ArrowLeft": "back",
  "ArrowUp": "back", "PageUp": "back", "Escape": "escape",
  "f": "full", "d": "dark", "l": "lang", "w": "follow",
});
const SHOWN = ["pause", "back", "on", "follow", "full", "dark", "lang"];
const SIGNS = /** @type {Record<string, string>} */ ({
  back: "←", on: "→", full: "F", dark: "D", lang: "L", follow: "W",
});

export class WallTools {
  box = byId("tools");
  timer = 0;

  /** @param {import("./wall.js").Wall} wall */
  constructor(wall) {
    this.wall = wall;
    const { state } = wall, link = el("a"), note = el("span");
    /** @type {Record<string, () => void>} */
    this.acts = {
      pause: () => wall.pause(), back: () => wall.step(-1), on: () => wall.step(1),
      follow: () => this.turnFollowing(), full: () => turnFull(),
      dark: () => state.setTheme(state.theme === "dark" ? "light" : "dark"),
      lang: () => state.setLang(nextLanguage(state.lang)), escape: () => this.escape(),
    };
    this.buttons = SHOWN.map((name) => {
      const button = makeButton("", "", this.acts[name]);
      button.id = "wall-" + name;
      return button;
    });
    Object.assign(link, { href: "/", id: "wall-map" });
    link.dataset.t = "wall.tool.map";
    note.id = "wall-awake";
    this.box.append(...this.buttons, link, note);
    addEventListener("keydown", (e) => this.onKey(e));
    for (const act of ["pointermove", "pointerdown", "focusin"]) addEventListener(act, () => this.come());
    addEventListener("fullscreenchange", () => this.show());
  }

  /** The words of the buttons. */
  show() {
    const { state: { theme, lang }, tour, settings } = this.wall;
    const words = [
      t(tour.isPaused ? "wall.tool.go" : "wall.tool.pause"), t("wall.tool.back"), t("wall.tool.on"),
      t(settings.isFollowing ? "wall.tool.alone" : "wall.tool.follow"),
      t(document.fullscreenElement ? "wall.tool.small" : "wall.tool.full"),
      t(theme === "dark" ? "tool.light" : "tool.dark"), wordIn(nextLanguage(lang), "language.label"),
    ];
    this.buttons.forEach((button, k) => {
      const key = el("kbd", "", SIGNS[SHOWN[k]] || t("wall.key.space"));
      key.setAttribute("aria-hidden", "true");
      button.replaceChildren(el("span", "", words[k]), " ", key);
    });
    const isAsleep = document.documentElement.dataset.awake === "0";
    write(byId("wall-awake"), isAsleep ? t("wall.not_awake") : "");
  }

  /** @param {KeyboardEvent} e */
  onKey(e) {
    const key = letterOf(e) || e.key, act = this.acts[KEYS[key]];
    if (!act || isOff(key) || !isOurs(e)) return;
    e.preventDefault();
    act();
  }

  /** Puts the tools away, and goes on with the tour. */
  escape() {
    this.go();
    if (this.wall.tour.isPaused) this.wall.pause();
  }

  /** Follows an operator's screen, or goes its own way; the address says which. */
  turnFollowing() {
    location.hash = withPart(location.hash, "follow", this.wall.settings.isFollowing ? "off" : null);
  }

  come() {
    this.box.classList.add("is-there");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => { if (!this.box.contains(document.activeElement)) this.go(); }, TOOLS_MS);
  }

  go() {
    this.box.classList.remove("is-there");
    if (this.box.contains(document.activeElement)) byId("stage").focus();
  }
}

/** Whether a key is none of the browser's or of a field's; Space on a button presses it.
 * @param {KeyboardEvent} e */
function isOurs(e) {
  const isPress = e.key === " " && e.target instanceof HTMLElement && e.target.matches("button, a");
  return !(isForAnother(e) || e.altKey || isWriting(e.target) || isPress);
}

function turnFull() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen().catch(() => {});
}
