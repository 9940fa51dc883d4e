// One figure: its chart, what must be said beside it, its table, its query and the rows it was made of.
import { el, makeButton, showText } from "../dom.js";
import { screenScale } from "../palette.js";
import { localized, t } from "../words.js";
import { cellText, headingOf, isNumber, rowText } from "./cells.js";
import { layoutOf } from "./layout.js";
import { pngOf, svgOf } from "./paint.js";

/** @typedef {import("./marks.js").Layout} Layout */

export class StatisticCard {
  element = el("section", "stats-card");
  title = el("h2");
  about = el("p");
  said = el("p", "stats-none");
  chart = el("div", "stats-chart");
  at = el("div", "stats-at");
  value = el("output", "stats-value");
  notes = el("ul", "stats-notes");
  acts = el("p", "stats-acts");
  table = folded();
  query = folded();
  rows = folded();
  figure = /** @type {Api.StatisticFigure | null} */ (null);
  layout = /** @type {Layout | null} */ (null);
  point = 0;
  asked = "";
  width = 0;

  /** @param {Api.StatisticHead} head */
  constructor(head) {
    this.head = head;
    const { element, chart } = this;
    element.id = "stats-" + head.id;
    this.title.id = element.id + "-title";
    element.setAttribute("aria-labelledby", this.title.id);
    this.said.setAttribute("role", "status");
    this.value.setAttribute("aria-live", "off"); // the chart itself says its value
    chart.tabIndex = 0;
    chart.setAttribute("role", "slider");
    chart.addEventListener("keydown", (e) => this.onKey(e));
    chart.addEventListener("pointermove", (e) => this.onPointer(e));
    chart.addEventListener("pointerdown", (e) => this.onPointer(e));
    element.append(this.title, this.about, this.said, chart, this.value, this.notes, this.acts,
      this.table.element, this.query.element, this.rows.element);
    this.rows.element.addEventListener("toggle", () => this.fetchRows());
    new ResizeObserver(() => this.fit()).observe(element);
    this.write();
  }

  /** Asks for the figure by a query. @param {string} query @param {AbortSignal} signal */
  async ask(query, signal) {
    this.asked = query;
    this.figure = null;
    this.write();
    try {
      this.figure = /** @type {Api.StatisticFigure} */ (
        await getRefusable(`/api/v1/statistics/${this.head.id}?${query}`, signal));
      this.write();
    } catch (error) {
      if (signal.aborted) return;
      showText(this.said, error instanceof Error ? error.message : t("stats.failed"));
      this.element.dataset.state = "failed";
    }
  }

  /** Writes all of it in the language chosen. */
  write() {
    const { figure, head } = this, hasRows = Boolean(figure?.rows.length);
    this.element.dataset.state = stateOf(figure);
    this.title.textContent = localized(head, "title");
    this.about.textContent = localized(head, "about");
    showText(this.said, hasRows ? "" : t(figure ? "stats.none" : "records.loading"));
    const ofRows = [this.chart, this.value, this.table.element, this.rows.element];
    for (const part of ofRows) part.hidden = !hasRows;
    for (const part of [this.acts, this.notes, this.query.element]) part.hidden = !figure;
    if (figure) this.fill(figure);
  }

  /** @param {Api.StatisticFigure} figure */
  fill(figure) {
    this.notes.replaceChildren(...figure.notes.map((note) => el("li", "", localized(note))));
    const link = el("a", "", t("stats.csv"));
    link.href = `/api/v1/statistics/${figure.id}.csv?${this.asked}`;
    link.download = "";
    const png = makeButton("", t("stats.png"), () => this.save(figure));
    this.acts.replaceChildren(link, ...figure.rows.length ? [png] : []);
    this.table.summary.textContent = t("chart.table");
    this.table.show(this.named("chart.table"), tableOf(figure));
    this.query.summary.textContent = t("stats.query");
    this.query.show(this.named("stats.query"), queryOf(figure));
    this.rows.summary.textContent = t("stats.rows");
    this.draw();
  }

  /** What a part of this figure is called. @param {string} key */
  named(key) { return `${localized(this.head, "title")}: ${t(key)}`; }

  draw() {
    const { figure, element, chart } = this;
    const width = element.clientWidth - 2 * parseFloat(getComputedStyle(element).paddingLeft);
    if (!figure?.rows.length || width <= 0) return;
    this.width = element.clientWidth;
    this.layout = layoutOf(figure, { width, scale: screenScale() });
    this.point = Math.min(this.point, this.layout.points.length - 1);
    chart.replaceChildren(svgOf(this.layout), this.at);
    chart.setAttribute("aria-label", `${localized(figure, "title")}. ${t("chart.keys")}`);
    chart.setAttribute("aria-valuemin", "0");
    chart.setAttribute("aria-valuemax", String(Math.max(0, this.layout.points.length - 1)));
    this.move(this.point);
  }

  fit() { if (this.layout && this.element.clientWidth !== this.width) this.draw(); }

  /** @param {number} to */
  move(to) {
    const { layout, figure, at } = this;
    if (!layout || !figure || !layout.points.length) return;
    this.point = Math.max(0, Math.min(layout.points.length - 1, to));
    const { x, y, w, h, row } = layout.points[this.point], text = rowText(figure, figure.rows[row]);
    Object.assign(at.style, { left: `${x}px`, top: `${y}px`, width: `${w}px`, height: `${h}px` });
    this.value.textContent = text;
    this.chart.setAttribute("aria-valuenow", String(this.point));
    this.chart.setAttribute("aria-valuetext", text);
  }

  /** @param {KeyboardEvent} e */
  onKey(e) {
    const { layout, point } = this;
    if (!layout) return;
    const { stride } = layout, last = layout.points.length - 1;
    const to = {
      ArrowLeft: point - 1, ArrowRight: point + 1, ArrowUp: point - stride, ArrowDown: point + stride,
      Home: 0, End: last,
    }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    if (to >= 0 && to <= last) this.move(to);
  }

  /** @param {PointerEvent} e */
  onPointer(e) {
    const { layout, chart } = this, box = chart.getBoundingClientRect();
    const x = e.clientX - box.left, y = e.clientY - box.top;
    const found = layout?.points.findIndex((each) =>
      x >= each.x && x < each.x + each.w && y >= each.y && y < each.y + each.h) ?? -1;
    if (found >= 0 && found !== this.point) this.move(found);
  }

  /** Saves the chart as a picture. @param {Api.StatisticFigure} figure */
  async save(figure) {
    if (!this.layout) return;
    const lines = [spanText(figure), ...figure.simulated ? [t("simulated")] : [],
      ...figure.notes.map((note) => localized(note))];
    const blob = await pngOf(this.layout, { title: localized(figure, "title"), lines });
    const link = el("a");
    link.href = URL.createObjectURL(blob);
    link.download = `${figure.id}_${figure.first}_${figure.last}.png`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  /** The rows that it was made of, the first some hundred. */
  async fetchRows() {
    const { rows, head, asked } = this;
    if (!rows.element.open || rows.element.dataset.of === asked) return;
    rows.element.dataset.of = asked;
    rows.show(this.named("stats.rows"), el("p", "", t("records.loading")));
    try {
      const found = /** @type {Api.StatisticRows} */ (
        await getRefusable(`/api/v1/statistics/${head.id}/rows?${asked}`));
      rows.show(this.named("stats.rows"), plainTable(found.columns, found.rows),
        ...found.has_more ? [el("p", "stats-none", t("stats.rows.first", { n: found.rows.length }))] : []);
    } catch (error) {
      rows.element.dataset.of = "";
      rows.show(this.named("stats.rows"),
        el("p", "", error instanceof Error ? error.message : t("stats.failed")));
    }
  }
}

/** @param {Api.StatisticFigure | null} figure */
function stateOf(figure) {
  if (!figure) return "loading";
  return figure.rows.length ? "there" : "empty";
}

/** "2026-11-01 ~ 2026-11-28" @param {{first: string, last: string}} figure */
export const spanText = ({ first, last }) => first === last ? first : `${first} ~ ${last}`;

/** The body at an address, or an Error with the server's words. @param {string} url
 * @param {AbortSignal} [signal] */
async function getRefusable(url, signal) {
  const answer = await fetch(url, { signal });
  if (answer.ok) return answer.json();
  const body = await answer.json().catch(() => null);
  throw new Error(String(body?.error?.message || `HTTP ${answer.status}`));
}

/** A part that opens, with a place that scrolls. */
function folded() {
  const element = el("details"), summary = el("summary"), place = el("div", "stats-wide");
  place.tabIndex = 0;
  place.setAttribute("role", "region");
  element.append(summary, place);
  /** @param {string} label @param {...Node} parts */
  const show = (label, ...parts) => {
    place.setAttribute("aria-label", label);
    place.replaceChildren(...parts);
  };
  return { element, summary, show };
}

/** @param {Api.StatisticFigure} figure */
function tableOf(figure) {
  const table = el("table"), head = el("tr"), top = el("thead"), body = el("tbody");
  head.append(...figure.columns.map((column) => {
    const cell = el("th", isNumber(column) ? "number" : "", headingOf(column));
    cell.scope = "col";
    return cell;
  }));
  top.append(head);
  for (const each of figure.rows) {
    const row = el("tr");
    row.append(...figure.columns.map((column, k) =>
      el("td", isNumber(column) ? "number" : "", cellText(column, each[k]))));
    body.append(row);
  }
  table.append(top, body);
  return table;
}

/** @param {string[]} columns @param {unknown[][]} rows */
function plainTable(columns, rows) {
  const table = el("table"), head = el("tr"), top = el("thead"), body = el("tbody");
  head.append(...columns.map((name) => Object.assign(el("th", "", name), { scope: "col" })));
  top.append(head);
  for (const each of rows) {
    const row = el("tr");
    row.append(...each.map((value) => el("td", "", value === null ? "" : String(value))));
    body.append(row);
  }
  table.append(top, body);
  return table;
}

/** @param {Api.StatisticFigure} figure */
function queryOf(figure) {
  const given = Object.entries(figure.parameters)
    .map(([name, value]) => `$${name} = ${JSON.stringify(value)}`);
  return el("pre", "", [figure.sql, "", ...given].join("\n"));
}

