// Statistics: what is asked for stands in the address, so that it can be kept and sent on.
import { byId, el, showText } from "../dom.js";
import { getJson } from "../get.js";
import { kept } from "../kept.js";
import { turnLanguage, turnTheme } from "../page-tools.js";
import { startSession } from "../session.js";
import { localized, nextLanguage, t } from "../words.js";
import { StatisticCard, spanText } from "./card.js";

const AT_ONCE = 2, root = document.documentElement, PERIODS = ["today", "week", "month", "quarter"];
/** @type {Record<string, string>} */
const KINDS = { failed: "failed", unreadable: "failed", loading: "" };

class StatsPage {
  cards = /** @type {StatisticCard[]} */ ([]);
  list = /** @type {Api.Statistics | null} */ (null);
  failed = false;
  asking = new AbortController();

  constructor() {
    byId("stats-form").addEventListener("submit", (e) => { e.preventDefault(); this.show(); });
    byId("stats-form").addEventListener("change", (e) => this.onChange(e));
    byId("tool-print").addEventListener("click", () => print());
    byId("tool-lang").addEventListener("click", () => this.translate(nextLanguage(root.lang)));
    byId("tool-dark").addEventListener("click", () => turnTheme());
    addEventListener("popstate", () => this.open());
    this.translate(kept("lang") || "ko");
    startSession(document.querySelector(".tools"));
    this.start();
  }

  async start() {
    try {
      this.list = /** @type {Api.Statistics} */ (await getJson("/api/v1/statistics"));
      const { history, statistics, roads } = this.list;
      this.cards = history === "ready" ? statistics.map((head) => new StatisticCard(head)) : [];
      byId("stats-road").append(
        ...roads.map((road) => Object.assign(el("option", "", road), { value: road })));
      byId("stats-figures").replaceChildren(...this.cards.map(({ element }) => element));
    } catch {
      this.failed = true;
    }
    this.write();
    this.open();
  }

  /** Puts what stands in the address into the form, and asks for it. */
  open() {
    const given = new URLSearchParams(location.search), from = given.get("from") || "";
    const period = from ? "own" : PERIODS.find((name) => name === given.get("period")) || "month";
    for (const each of this.periods()) each.checked = each.value === period;
    byId("stats-from", HTMLInputElement).value = from;
    byId("stats-until", HTMLInputElement).value = given.get("until") || "";
    byId("stats-road", HTMLSelectElement).value = given.get("road") || "";
    byId("stats-vehicles", HTMLInputElement).value = given.get("vehicles") || "300";
    this.showOwn();
    this.ask();
  }

  /** @returns {HTMLInputElement[]} */
  periods() {
    return [.../** @type {NodeListOf<HTMLInputElement>} */ (document.querySelectorAll("input[name=period]"))];
  }

  period() { return this.periods().find((each) => each.checked)?.value || "month"; }

  /** Days of one's own are asked for when both are given; all else at once. @param {Event} e */
  onChange(e) {
    this.showOwn();
    const isDay = e.target instanceof HTMLInputElement && e.target.type === "date";
    if (!isDay && this.period() !== "own") this.show();
  }

  showOwn() {
    const isOwn = this.period() === "own";
    for (const label of document.querySelectorAll(".stats-own")) label.toggleAttribute("hidden", !isOwn);
    for (const id of ["stats-from", "stats-until"]) byId(id, HTMLInputElement).required = isOwn;
  }

  query() {
    const query = new URLSearchParams(), period = this.period();
    if (period === "own") {
      query.set("from", byId("stats-from", HTMLInputElement).value);
      query.set("until", byId("stats-until", HTMLInputElement).value);
    } else query.set("period", period);
    const road = byId("stats-road", HTMLSelectElement).value;
    const vehicles = byId("stats-vehicles", HTMLInputElement).value;
    if (road) query.set("road", road);
    if (vehicles && vehicles !== "300") query.set("vehicles", vehicles);
    return query.toString();
  }

  /** Asks for what stands in the form. */
  show() {
    history.pushState(null, "", "?" + this.query());
    this.ask();
  }

  /** A few at a time, in the order of the page. */
  async ask() {
    this.asking.abort();
    const { signal } = this.asking = new AbortController(), query = this.query(), waiting = [...this.cards];
    const work = async () => {
      for (let card = waiting.shift(); card && !signal.aborted; card = waiting.shift()) {
        await card.ask(query, signal);
        this.writeSpan();
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /** The days that the figures are of, as the server has them. */
  writeSpan() {
    const figure = this.cards.find((card) => card.figure)?.figure;
    if (figure) byId("stats-span").textContent = spanText(figure);
  }

  write() {
    const { list, failed } = this, state = failed ? "failed" : list?.history ?? "loading";
    const said = byId("stats-said");
    byId("stats").dataset.state = state;
    said.dataset.kind = KINDS[state] ?? "empty";
    showText(said, saidOf(state));
    byId("stats-contents").replaceChildren(...this.cards.map(({ head }) =>
      Object.assign(el("a", "", localized(head, "title")), { href: `#stats-${head.id}` })));
    for (const card of this.cards) card.write();
  }

  /** Turns everything to a language. @param {string} lang */
  translate(lang) {
    turnLanguage(lang);
    byId("tool-dark").textContent = t(root.dataset.theme === "dark" ? "tool.light" : "tool.dark");
    document.title = t("title.stats", { city: root.dataset.city });
    this.write();
  }
}

/** @param {string} state */
function saidOf(state) {
  if (state === "ready") return "";
  if (state === "failed") return t("stats.failed");
  return t(state === "loading" ? "records.loading" : "stats.state." + state);
}

export const page = new StatsPage();
