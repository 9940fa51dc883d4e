// The search box: a combobox over /api/v1/search, initial consonants included.
import { Combobox } from "../combobox.js";
import { byId, el, isComposing, write } from "../dom.js";
import { getJson } from "../get.js";
import { t, wordOr } from "../words.js";

const WAIT_MS = 120;

export class Search extends Combobox {
  note = byId("search-note");
  results = /** @type {Api.Found[]} */ ([]);
  found = ""; // what the results are of
  isEnterWaiting = false;

  /** @param {(result: Api.Found) => void} onChoose */
  constructor(onChoose) {
    super(byId("search-box", HTMLInputElement), byId("search-list"));
    this.onChoose = onChoose;
    this.input.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.find(), WAIT_MS);
    });
    this.input.addEventListener("focus", () => { if (this.results.length) this.open(true); });
    this.input.addEventListener("blur", () => setTimeout(() => this.open(false), 150));
    this.input.addEventListener("keydown", (e) => {
      if (e.key === "Escape" && !isComposing(e)) this.escape(e);
    });
  }

  async find() {
    const signal = this.begin(), q = this.input.value.trim();
    if (!q) { this.show([], ""); return; }
    try {
      const asked = encodeURIComponent(q);
      const [{ results: places }, data] = await Promise.all([
        getJson("/api/v1/search?q=" + asked, signal), datasetsFound(asked, signal),
      ]);
      const results = [...places, ...data], n = results.length;
      this.show(results, n ? t("search.count", { n }) : t("search.nothing", { q }));
      this.found = q;
      if (this.isEnterWaiting) this.choose(0);
    } catch {
      if (!signal.aborted) this.show([], t("search.failed"));
    }
  }

  /** Writes what was found again, in another language. */
  translate() {
    const isOpen = !this.list.hidden;
    this.put(this.results.map(optionOf), (k) => this.choose(k));
    this.open(isOpen);
  }

  /** @param {Api.Found[]} results @param {string} note */
  show(results, note) {
    this.results = results;
    this.put(results.map(optionOf), (k) => this.choose(k));
    write(this.note, note);
    this.note.hidden = !note;
    this.note.classList.toggle("quiet", results.length > 0);
  }

  /** @param {KeyboardEvent} e */
  escape(e) {
    e.stopPropagation();
    e.preventDefault();
    if (this.input.value || !this.list.hidden) {
      this.input.value = "";
      this.show([], "");
    } else this.input.blur();
  }

  /** Enter before the answer came takes the first result when it comes. */
  async enter() {
    if (this.results.length && this.found === this.input.value.trim()) {
      this.choose(Math.max(0, this.at));
      return;
    }
    this.isEnterWaiting = true;
    await this.find();
    this.isEnterWaiting = false;
  }

  /** @param {number} k */
  choose(k) {
    const result = this.results[k];
    if (!result) return;
    this.open(false);
    this.onChoose(result);
  }
}

/** Datasets and rows of them; a search does without where they cannot be read. @param {string} asked
 * @param {AbortSignal} signal @returns {Promise<Api.Found[]>} */
async function datasetsFound(asked, signal) {
  const body = await getJson("/api/v1/search/datasets?q=" + asked, signal).catch(() => null);
  return (body?.results || []).map((/** @type {Api.Found} */ hit) =>
    ({ ...hit, kind: hit.row ? "dataset_row" : "dataset", links: [] }));
}

/** @param {Api.Found} result */
function optionOf(result) {
  const li = el("li"), kind = el("span", "kind", t("kind." + result.kind));
  li.append(kind, el("b", "", result.title), el("span", "under", underOf(result)));
  return li;
}

/** The line under a result in the language chosen; names and numbers stay as the city writes them.
 * @param {Api.Found} result */
function underOf({ kind, links, subtitle }) {
  if (kind === "road") return t("search.sections", { n: links.length });
  return kind === "place" ? wordOr("place." + subtitle, subtitle) : subtitle;
}
