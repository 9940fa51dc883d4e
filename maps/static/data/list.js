// The catalogue of datasets: by field, searched and narrowed; what is asked for stands in the address.
import { byId, el, write } from "../dom.js";
import { getJson } from "../get.js";
import { t } from "../words.js";
import { startPage } from "./page.js";
import { chipsOf, fieldName, figure, figureRow, groupOf, titleOf } from "./shared.js";

/** @typedef {import("./shared.js").Dataset} Dataset */

const GROUPS = ["ok", "trouble", "no_data"], EVERY_MS = 60_000;
const NAMES = { q: "ds-find", field: "ds-field", status: "ds-status" };
/** @param {string} id */
const input = (id) => /** @type {HTMLInputElement | HTMLSelectElement} */ (byId(id));

class ListPage {
  all = /** @type {Dataset[]} */ ([]);
  hidden = 0;
  state = "loading";

  constructor() {
    const form = byId("ds-filter");
    form.addEventListener("input", () => this.narrow());
    form.addEventListener("submit", (e) => e.preventDefault());
    form.addEventListener("reset", () => setTimeout(() => this.narrow()));
    addEventListener("popstate", () => { this.open(); this.draw(); });
    startPage(() => this.draw());
    this.read();
    setInterval(() => { if (!document.hidden) this.read(); }, EVERY_MS);
  }

  async read() {
    try {
      const { datasets, hidden } = await getJson("/api/v1/datasets");
      const isFirst = this.state === "loading";
      Object.assign(this, { all: datasets, hidden, state: "read" });
      if (isFirst) { this.fillFields(); this.open(); }
    } catch {
      if (this.state !== "read") this.state = "failed";
    }
    this.draw();
  }

  /** Takes what the address asks for. */
  open() {
    const asked = new URLSearchParams(location.search);
    for (const [name, id] of Object.entries(NAMES)) input(id).value = asked.get(name) || "";
  }

  /** Writes what is asked for into the address. */
  narrow() {
    const asked = new URLSearchParams();
    for (const [name, id] of Object.entries(NAMES)) {
      if (input(id).value.trim()) asked.set(name, input(id).value.trim());
    }
    const query = asked.toString();
    history.replaceState(null, "", query ? `?${query}` : location.pathname);
    this.draw();
  }

  get shown() {
    const words = input("ds-find").value.toLowerCase().split(/\s+/).filter(Boolean);
    const field = input("ds-field").value, group = input("ds-status").value;
    return this.all.filter((one) => (!field || one.field === field)
      && (!group || groupOf(one.status) === group) && words.every((word) => textIn(one).includes(word)));
  }

  fillFields() {
    const fields = [...new Set(this.all.map((one) => one.field))];
    options("ds-field", "data.field.all", fields.map((field) => [field, fieldName(field)]));
    options("ds-status", "data.status.all", GROUPS.map((group) => [group, t("data.status." + group)]));
  }

  draw() {
    const { shown, state } = this, { city } = document.documentElement.dataset;
    document.title = t("title.data", { city });
    if (state === "read") this.fillFields();
    byId("ds").dataset.state = state;
    const said = state === "read" ? shown.length ? t("data.shown", { n: shown.length }) : t("data.none")
      : t("data." + state);
    write(byId("ds-said"), said);
    if (state === "read") this.drawFigures();
    const fields = grouped(shown);
    byId("ds-fields").replaceChildren(...[...fields].map(([field, rows]) => sectionOf(field, rows)));
  }

  drawFigures() {
    const { all, hidden } = this;
    /** @param {string} group */
    const count = (group) => all.filter((one) => groupOf(one.status) === group).length;
    const rows = [figureRow("all", all.length + hidden), figureRow("has", all.length - count("no_data")),
      figureRow("trouble", count("trouble"), true), figureRow("none", count("no_data"))];
    if (hidden) rows.push(figureRow("hidden", hidden));
    byId("ds-figures").replaceChildren(...rows);
  }
}

/** @param {Dataset[]} rows */
function grouped(rows) {
  const found = /** @type {Map<string, Dataset[]>} */ (new Map());
  for (const one of rows) found.set(one.field, [...found.get(one.field) || [], one]);
  return found;
}

/** Everything that a search looks at. @param {Dataset} one */
const textIn = ({ id, title, title_en, field, owner, licence }) =>
  [id, title, title_en, field, fieldName(field), owner, licence].join(" ").toLowerCase();

/** Fills a list and keeps what is chosen. @param {string} id @param {string} first
 * @param {string[][]} rows */
function options(id, first, rows) {
  const select = byId(id, HTMLSelectElement), { value } = select;
  select.replaceChildren(...[["", t(first)], ...rows].map(([code, text]) => {
    const option = el("option", "", text);
    option.value = code;
    return option;
  }));
  select.value = value;
}

/** @param {string} field @param {Dataset[]} rows */
function sectionOf(field, rows) {
  const section = el("section", "ds-field"), head = el("h2", "", fieldName(field)), list = el("ul");
  head.append(" ", el("b", "", figure(rows.length)));
  list.append(...rows.map(cardOf));
  section.append(head, list);
  return section;
}

/** @param {Dataset} one */
function cardOf(one) {
  const item = el("li"), link = el("a", "ds-card"), under = el("span", "ds-under");
  const chips = el("span", "ds-chips"), parts = [t("data.period." + one.period), one.owner, one.licence];
  link.href = `/data/${encodeURIComponent(one.id)}`;
  link.dataset.id = one.id;
  chips.append(...chipsOf(one));
  if (one.has_data) parts.unshift(`${figure(one.rows)} ${t("data.figure.rows")}`);
  under.textContent = parts.filter(Boolean).join(" · ");
  link.append(el("b", "ds-name", titleOf(one)), chips, under);
  item.append(link);
  return item;
}

export const list = new ListPage();
