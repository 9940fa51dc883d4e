// The links of a work's crews on its card, for those who may: which there are, a new one by hand, their end.
import { el, makeButton, makeList, write } from "../dom.js";
import { tell } from "../session.js";
import { timeText } from "../times.js";
import { t } from "../words.js";

/** @typedef {{link: string, holder: string, title: string, made_ms: number, made_by: string,
 *   expires_ms: number, ended_ms: number | null, ended_by: string}} CrewLink */
/** @typedef {{link: CrewLink, url: string, qr: string}} Made */

const MAX_HOLDER = 40;

export class CrewLinks {
  work = "";
  lang = "";
  element = el("details", "others crews");
  rows = el("div");
  made = el("div", "made"); // the address of a new link: shown once
  state = el("p", "note");

  /** The part of a work's card; the same element while the work is, so that a redrawn card leaves it open.
   * @param {string} work */
  of(work) {
    if (!(document.documentElement.dataset.may || "").split(" ").includes("crews")) return null;
    const { lang } = document.documentElement;
    if (work !== this.work || lang !== this.lang) this.begin(work, lang);
    return this.element;
  }

  /** @param {string} work @param {string} lang */
  begin(work, lang) {
    [this.work, this.lang] = [work, lang];
    this.element = el("details", "others crews");
    [this.rows, this.made, this.state] = [el("div"), el("div", "made"), el("p", "note")];
    this.state.setAttribute("role", "status");
    this.element.append(el("summary", "", t("crews.title")), this.rows, this.form(), this.made, this.state);
    this.element.addEventListener("toggle", () => { if (this.element.open) this.list(); });
  }

  form() {
    const form = el("form"), label = el("label", "", t("crews.holder")), input = el("input");
    const button = el("button", "", t("crews.make"));
    input.maxLength = MAX_HOLDER;
    input.required = true;
    input.autocomplete = "off";
    button.type = "submit";
    label.append(input);
    form.append(label, button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.act(async () => {
        this.show(await tell("POST", this.path(), { holder: input.value }));
        input.value = "";
      });
    });
    return form;
  }

  /** @param {string} [link] */
  path(link) {
    return `works/${encodeURIComponent(this.work)}/crew-links` + (link ? "/" + link : "");
  }

  /** Does something, then lists what there is; what went wrong is said. @param {() => Promise<void>} act */
  async act(act) {
    const { work } = this;
    write(this.state, "");
    try {
      await act();
      if (work === this.work) await this.list();
    } catch (error) { this.fail(error); }
  }

  /** @param {unknown} error */
  fail(error) { write(this.state, t("crews.failed", { why: error instanceof Error ? error.message : "" })); }

  async list() {
    const { work, rows } = this;
    try {
      const { links } = /** @type {{links: CrewLink[]}} */ (await tell("GET", this.path()));
      if (work !== this.work) return;
      const none = el("p", "note", t("crews.none"));
      rows.replaceChildren(links.length ? makeList("", links.map((each) => this.row(each))) : none);
    } catch (error) { this.fail(error); }
  }

  /** @param {CrewLink} row */
  row(row) {
    const li = el("li", row.ended_ms ? "over" : "");
    const by = row.title ? t("crews.sent") : row.made_by;
    const until = row.ended_ms ? t("crews.ended", { time: timeText(row.ended_ms) })
      : t("crews.until", { time: timeText(row.expires_ms) });
    li.append(el("b", "", row.title || row.holder), el("small", "", [by, until].filter(Boolean).join(" · ")));
    if (row.ended_ms) return li;
    const end = makeButton("end", t("crews.end"), () => {
      end.disabled = true;
      this.act(async () => { await tell("DELETE", this.path(row.link)); this.made.replaceChildren(); });
    });
    end.setAttribute("aria-label", `${t("crews.end")}: ${row.title || row.holder}`);
    li.append(end);
    return li;
  }

  /** The new link, the only time its address is seen. @param {Made} made */
  show({ link, url, qr }) {
    const address = el("input"), picture = el("img");
    address.readOnly = true;
    address.value = url;
    address.setAttribute("aria-label", `${t("crews.title")}: ${link.holder}`);
    picture.src = qr;
    picture.alt = t("crews.qr");
    const copy = makeButton("copy", t("crews.copy"), async () => {
      address.select();
      try { await navigator.clipboard.writeText(url); } catch { document.execCommand("copy"); }
      write(copy, t("crews.copied"));
    });
    this.made.replaceChildren(el("p", "note", t("crews.once")), address, copy, picture);
  }
}
