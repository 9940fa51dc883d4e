// The table behind a chart: made when it is opened.
import { el } from "../../dom.js";
import { t } from "../../words.js";

export class ChartTable {
  element = el("details", "chart-table");
  summary = el("summary");
  place = el("div", "chart-scroll");
  caption = "";
  columns = /** @type {string[]} */ ([]);
  rows = /** @type {string[][]} */ ([]);

  constructor() {
    this.place.tabIndex = 0;
    this.place.setAttribute("role", "region");
    this.element.append(this.summary, this.place);
    this.element.addEventListener("toggle", () => this.fill());
  }

  /** @param {string} caption @param {string[]} columns keys of their words @param {string[][]} rows */
  show(caption, columns, rows) {
    this.caption = caption;
    this.columns = columns;
    this.rows = rows;
    this.summary.textContent = t("chart.table");
    this.place.setAttribute("aria-label", caption);
    this.fill();
  }

  fill() {
    if (!this.element.open) { this.place.replaceChildren(); return; }
    const table = el("table"), head = el("tr"), body = el("tbody"), top = el("thead");
    table.append(el("caption", "", this.caption), top, body);
    head.append(...this.columns.map((key) => cell("th", t(key), "col")));
    top.append(head);
    for (const [first, ...rest] of this.rows) {
      const row = el("tr");
      row.append(cell("th", first, "row"), ...rest.map((text) => el("td", "", text)));
      body.append(row);
    }
    this.place.replaceChildren(table);
  }
}

/** @param {"th"} tag @param {string} text @param {string} scope */
function cell(tag, text, scope) {
  const element = el(tag, "", text);
  element.scope = scope;
  return element;
}
