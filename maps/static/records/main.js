// The auditor's page: what is asked for stands in the address, so that it can be kept and sent on.
import { byId, showFault, write } from "../dom.js";
import { getJson } from "../get.js";
import { kept } from "../kept.js";
import { turnLanguage, turnTheme } from "../page-tools.js";
import { startSession } from "../session.js";
import { takeFile } from "../taken.js";
import { nextLanguage, t } from "../words.js";
import { rowOf } from "./rows.js";

/** @typedef {import("./rows.js").AccessRecord} AccessRecord */
/** @typedef {{records: AccessRecord[], before: number | null}} Answer */

const DAY_MS = 86_400_000, FIELDS = ["from", "to", "account", "action", "does"];
/** @param {string} name */
const field = (name) => /** @type {HTMLInputElement | HTMLSelectElement} */ (byId(name));

class RecordsPage {
  records = /** @type {AccessRecord[]} */ ([]);
  before = /** @type {number | null} */ (null);
  state = "loading";
  asking = new AbortController();

  constructor() {
    byId("filter").addEventListener("submit", (e) => { e.preventDefault(); this.show(); });
    byId("filter").addEventListener("reset", () => setTimeout(() => this.show()));
    byId("csv").addEventListener("submit", (e) => { e.preventDefault(); this.take(); });
    byId("more").addEventListener("click", () => this.more());
    const root = document.documentElement;
    byId("tool-lang").addEventListener("click", () => this.translate(nextLanguage(root.lang)));
    byId("tool-dark").addEventListener("click", () => this.turn());
    addEventListener("popstate", () => this.open());
    this.translate(kept("lang") || "ko");
    startSession(document.querySelector(".tools"));
    this.open();
  }

  /** Asks for what stands in the address. */
  open() {
    const given = new URLSearchParams(location.search);
    for (const name of FIELDS) field(name).value = given.get(name) || "";
    this.ask();
  }

  /** Asks for what stands in the form. */
  show() {
    const given = new URLSearchParams();
    for (const name of FIELDS) if (field(name).value.trim()) given.set(name, field(name).value.trim());
    const query = given.toString();
    history.pushState(null, "", query ? `?${query}` : location.pathname);
    this.ask();
  }

  /** The same as the API has it: days are Korea's, and the last one counts whole. */
  query() {
    const query = new URLSearchParams();
    const days = { from_ms: [field("from").value, 0], to_ms: [field("to").value, DAY_MS] };
    for (const [name, [day, more]] of Object.entries(days)) {
      const ms = Date.parse(`${day}T00:00:00+09:00`);
      if (ms >= 0) query.set(name, String(ms + Number(more)).padStart(13, "0"));
    }
    for (const name of ["account", "action", "does"]) {
      if (field(name).value.trim()) query.set(name, field(name).value.trim());
    }
    return query;
  }

  async ask() {
    this.records = [];
    this.before = null;
    await this.read(this.query());
  }

  /** Saves what is asked for as a table; the server says where it needs a reason. */
  async take() {
    showFault(byId("taken"), "", field("reason"));
    try {
      await takeFile(`/api/v1/records.csv?${this.query()}`, field("reason").value.trim());
      field("reason").value = "";
    } catch (error) {
      const why = error instanceof Error && error.message || t("records.failed");
      showFault(byId("taken"), why, field("reason"));
      field("reason").focus();
    }
  }

  async more() {
    const query = this.query(), at = this.records.length;
    query.set("before", String(this.before));
    await this.read(query);
    const first = /** @type {HTMLElement | undefined} */ (byId("rows").children[at]);
    if (first) { first.tabIndex = -1; first.focus(); }
  }

  /** @param {URLSearchParams} query */
  async read(query) {
    this.asking.abort();
    const { signal } = this.asking = new AbortController();
    this.say("loading");
    try {
      const answer = /** @type {Answer} */ (await getJson(`/api/v1/records?${query}`, signal));
      this.records.push(...answer.records);
      this.before = answer.before;
      this.say("read");
    } catch {
      if (!signal.aborted) this.say("failed");
    }
  }

  /** @param {string} state */
  say(state) {
    this.state = state;
    this.draw();
  }

  draw() {
    const n = this.records.length, hasMore = this.before !== null;
    const code = this.state === "read" ? (n ? "shown" : "none") + (hasMore ? ".more" : "") : this.state;
    byId("state").dataset.state = this.state;
    write(byId("state"), t(`records.${code}`, { n }));
    byId("more", HTMLButtonElement).hidden = !hasMore;
    byId("more", HTMLButtonElement).disabled = this.state === "loading";
    byId("records").hidden = !n;
    const rows = byId("rows");
    if (rows.childElementCount > n) rows.replaceChildren();
    rows.append(...this.records.slice(rows.childElementCount).map(rowOf));
  }

  turn() {
    turnTheme();
    this.translate(document.documentElement.lang);
  }

  /** Turns everything to a language. @param {string} lang */
  translate(lang) {
    const { theme, city } = document.documentElement.dataset;
    turnLanguage(lang);
    byId("tool-dark").textContent = t(theme === "dark" ? "tool.light" : "tool.dark");
    document.title = t("title.records", { city });
    byId("rows").replaceChildren();
    this.draw();
  }
}

export const records = new RecordsPage();
