// The day of the chosen link on its card: the line of its speed, what is usual, closures, passages.
import { el, showText } from "../../dom.js";
import { getJson } from "../../get.js";
import { timeText } from "../../times.js";
import { t } from "../../words.js";
import { Chart } from "./chart.js";
import { chartOf, noteOf, rowsOf } from "./day-series.js";
import { ChartTable } from "./table.js";

const MINUTE_MS = 60_000, RETRY_MS = 15_000;
const COLUMNS = ["day.column.time", "day.column.speed", "day.column.usual", "day.column.passages",
  "day.column.closed"];

/** The parts that a card keeps between two drawings, by its box. @type {WeakMap<HTMLElement, DayChart>} */
const charts = new WeakMap();

/** Shows the day of a link in its box on the card; asks once a minute, and at once for another link or
 * another moment. @param {Ui.Card} card @param {HTMLElement} box @param {string} id */
export function showDay(card, box, id) {
  const chart = charts.get(box) || new DayChart(box);
  charts.set(box, chart);
  chart.show(card, id);
}

class DayChart {
  title = el("h3");
  key = el("p", "chart-key");
  note = el("p", "note");
  chart = new Chart();
  table = new ChartTable();
  asked = "";
  drawn = "";
  day = /** @type {Api.LinkDay | null} */ (null);

  /** @param {HTMLElement} box */
  constructor(box) {
    this.note.setAttribute("role", "status");
    box.append(this.title, this.chart.element, this.key, this.note, this.table.element);
  }

  /** @param {Ui.Card} card @param {string} id */
  async show(card, id) {
    const { at_ms } = card.state, now_ms = card.clock.now(), url = addressOf(id, at_ms);
    const due = `${url} ${at_ms === null ? Math.floor(now_ms / MINUTE_MS) : ""}`;
    if (this.day?.id !== id) this.hide();
    if (this.asked === due) { this.draw(card); return; }
    this.asked = due;
    try {
      const day = await getJson(url);
      if (this.asked !== due) return;
      this.day = day;
      this.drawn = "";
      this.draw(card);
    } catch {
      if (this.asked !== due) return;
      this.hide();
      showText(this.note, t("day.failed"));
      setTimeout(() => { if (this.asked === due) this.asked = ""; }, RETRY_MS);
    }
  }

  /** Of the link before nothing is left. */
  hide() {
    this.day = null;
    this.drawn = "";
    for (const part of [this.chart.element, this.key, this.table.element]) part.hidden = true;
    showText(this.note, "");
    this.title.textContent = t("day.title");
  }

  /** Draws what is known, where words, colours or the day are others than drawn. @param {Ui.Card} card */
  draw(card) {
    const { day } = this, { lang, theme, palette, at_ms } = card.state;
    if (!day) return;
    const now_kmh = at_ms === null ? speedNow(card, day.id) : -1;
    const wanted = [lang, theme, palette, day.at_ms, now_kmh].join();
    if (this.drawn === wanted) return;
    this.drawn = wanted;
    this.title.textContent = at_ms === null ? t("day.title")
      : t("day.title.then", { at: timeText(day.at_ms) });
    this.fill(day, chartOf(day, now_kmh), this.title.textContent);
  }

  /** @param {Api.LinkDay} day @param {Ui.ChartDay} chart @param {string} title */
  fill(day, chart, title) {
    const isMeasured = chart.line.some((kmh) => kmh !== null), isKnown = day.is_known || isMeasured;
    showText(this.note, noteOf(day, isMeasured));
    for (const part of [this.chart.element, this.key, this.table.element]) part.hidden = !isKnown;
    if (!isKnown) return;
    this.key.replaceChildren(...keyOf(day));
    this.table.show(title, COLUMNS, rowsOf(day, chart));
    this.chart.show(chart, title).catch(() => showText(this.note, t("day.failed")));
  }
}

/** @param {string} id @param {number | null} at_ms */
const addressOf = (id, at_ms) =>
  `/api/v1/links/${encodeURIComponent(id)}/day` + (at_ms === null ? "" : `?at=${Math.round(at_ms)}`);

/** @param {Ui.Card} card @param {string} id */
function speedNow({ picture }, id) {
  const i = picture.network.indexOf.get(id);
  return i === undefined || picture.certainty[i] === "s" ? -1 : picture.speeds[i];
}

/** What each line and mark means; only what is there. @param {Api.LinkDay} day */
function keyOf({ usual_kmh, closures = [], passages }) {
  const there = {
    speed: true, usual: usual_kmh.some((kmh) => kmh !== null), passages: passages.some(Boolean),
    closed: closures.some((row) => !row.is_planned), planned: closures.some((row) => row.is_planned),
  };
  return Object.entries(there).flatMap(([name, isThere]) => {
    if (!isThere) return [];
    const part = el("span"), mark = el("i", "chart-mark " + name);
    part.append(mark, t("day.key." + name));
    return [part];
  });
}
