// The map on paper: one A4 with title, map, legend and lists, light whatever the screen is.
import { byId, el } from "../../dom.js";
import { clockText, dayText, timeText } from "../../times.js";
import { t } from "../../words.js";
import { boxWithin, linesThatFit } from "./fit.js";
import { legendOf } from "./legend.js";
import { sectionsOf } from "./lists.js";
import { inLight, lightTiles, mapPicture, tilesNow } from "./map-picture.js";

/** @typedef {import("./map-picture.js").Tile} Tile */

const MAP_MM = { width: 192, height: 157 }; // at most

export class Paper {
  sheet = el("article", "paper");
  tiles = /** @type {Tile[] | null} */ (null); // made ready for the print that comes now

  /** @param {Ui.Live} live */
  constructor(live) {
    this.live = live;
    this.sheet.setAttribute("aria-hidden", "true");
    document.body.append(this.sheet);
    byId("tool-print").addEventListener("click", () => this.print());
    addEventListener("keydown", (e) => {
      if (!(e.ctrlKey || e.metaKey) || e.altKey || e.shiftKey || e.code !== "KeyP") return;
      e.preventDefault();
      this.print();
    });
    addEventListener("beforeprint", () => this.fill());
    addEventListener("afterprint", () => this.clear());
  }

  /** Makes the ground ready in light colours, and prints. The browser's own menu cannot wait for it. */
  async print() {
    this.tiles = await lightTiles(this.live);
    window.print();
    this.tiles = null;
  }

  fill() {
    const { live, sheet } = this, { picture } = live;
    inLight(() => {
      const parts = [this.head(), this.map(), this.lists(), legendOf(this.live), this.foot()];
      sheet.replaceChildren(...parts);
    });
    document.body.classList.add("has-paper");
    document.documentElement.style.colorScheme = "light"; // what lies around the sheet
    if (picture) this.fit();
  }

  clear() {
    document.body.classList.remove("has-paper");
    document.documentElement.style.removeProperty("color-scheme");
    this.sheet.replaceChildren();
  }

  /** What it is, of when, and whether that is now. */
  head() {
    const { live } = this, head = el("header"), picture_ms = live.clock.at_ms ?? live.picture?.clock_ms;
    const at = picture_ms ? `${dayText(picture_ms)} ${clockText(picture_ms)}` : "--:--:--";
    head.append(el("h1", "", byId("brand-city").textContent + " " + t("title")), el("time", "", at));
    for (const text of this.states()) head.append(el("b", "", text));
    return head;
  }

  /** Live or late, as of then or planned, simulated. */
  states() {
    const { clock } = this.live, { dataset } = document.documentElement;
    const state = clock.at_ms === null ? byId("live-word").textContent : t("paper." + dataset.time);
    const known = clock.at_ms !== null && this.live.state.isThen ? t("time.then") : "";
    return [state, known, dataset.simulated === "1" ? t("simulated") : ""].flatMap((text) => text || []);
  }

  map() {
    const { live } = this, box = el("figure"), size = live.map.getSize();
    if (!size.x || !size.y) return box;
    const picture = mapPicture(live, this.tiles || tilesNow(live));
    const { width, height } = boxWithin({ width: size.x, height: size.y }, MAP_MM);
    Object.assign(picture.style, { width: width + "mm", height: height + "mm" });
    box.append(picture);
    return box;
  }

  lists() {
    const box = el("section", "lists"), { live } = this;
    if (!live.picture) return box;
    if (live.clock.at_ms !== null) box.append(el("p", "under", t("paper.no_alerts")));
    for (const { key, lines, size } of sectionsOf(live, live.picture)) {
      const head = el("h2", "", t(key) + " "), list = el("ol");
      head.append(el("span", "", size.toLocaleString()));
      list.append(...lines);
      list.dataset.size = String(size);
      box.append(head, list, el("p", "paper-rest"));
    }
    return box;
  }

  /** Leaves out what finds no room, and says how much that is. */
  fit() {
    const { sheet } = this, lists = [...sheet.querySelectorAll("ol")], box = sheet.querySelector(".lists");
    if (!box) return;
    linesThatFit(lists.map((list) => list.children.length), (counts) => {
      lists.forEach((list, k) => show(list, counts[k]));
      return box.scrollHeight <= box.clientHeight;
    });
  }

  /** How each feed stands, whose the ground is, and when it was printed. */
  foot() {
    const foot = el("footer"), { feeds, clock, map } = this.live;
    const states = [...feeds.chips.values()]
      .map(({ name, word }) => `${name.textContent} ${word.textContent}`);
    const credit = map.attributionControl?.getContainer()?.textContent;
    const lines = [
      [states.length ? `${t("feeds.title")}: ${states.join(", ")}` : "", byId("thresholds").textContent],
      [credit, t("paper.made", { at: timeText(clock.now()) })],
    ];
    foot.append(...lines.map((texts) => el("p", "", texts.filter(Boolean).join(" · "))));
    return foot;
  }
}

/** Shows the first lines of a list, and how many are left out. @param {HTMLOListElement} list
 * @param {number} count */
function show(list, count) {
  const rest = Number(list.dataset.size) - count, more = list.nextElementSibling;
  [...list.children].forEach((line, k) => line.toggleAttribute("hidden", k >= count));
  if (more) more.textContent = rest ? t("paper.more", { n: rest.toLocaleString() }) : "";
}
