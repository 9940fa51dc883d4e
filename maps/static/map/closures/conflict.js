// Two versions of one closure side by side: nothing of the other's is overwritten.
import { el, makeButton } from "../../dom.js";
import { timeText } from "../../times.js";
import { t } from "../../words.js";
import { periodText, whatText } from "./terms.js";

const ROWS = ["title", "cause", "what", "direction", "period", "reason", "state", "by"];

export class ConflictDialog {
  dialog = el("dialog", "wide closing-conflict");

  /** @param {(answer: Api.Conflict, act: import("./sender.js").Act) => void} again sends mine, made of theirs
   */
  constructor(again) {
    this.again = again;
    this.dialog.id = "closing-conflict";
    document.body.append(this.dialog);
  }

  /** @param {Api.Conflict} answer @param {import("./sender.js").Act} act */
  show(answer, act) {
    const { yours, theirs } = answer, table = el("table"), head = el("tr"), body = el("tbody");
    const title = el("h2", "", t("closing.conflict")), top = el("thead"), buttons = el("p", "buttons");
    title.id = "closing-conflict-title";
    this.dialog.setAttribute("aria-labelledby", title.id);
    head.append(...["", t("closing.theirs", { version: theirs.version }), t("closing.yours")].map(heading));
    for (const name of ROWS) {
      const [a, b] = [textOf(name, theirs), textOf(name, yours)], row = el("tr", a === b ? "" : "differs");
      const name_ = heading(t("closing.field." + name));
      name_.scope = "row";
      row.append(name_, el("td", "", a), el("td", "", a === b ? b : "≠ " + b));
      body.append(row);
    }
    top.append(head);
    table.append(top, body);
    const close = makeButton("button", t("closing.keep_theirs"), () => this.dialog.close());
    close.autofocus = true;
    buttons.append(close, makeButton("button main", t("closing.send_mine"), () => {
      this.dialog.close();
      this.again(answer, act);
    }));
    this.dialog.replaceChildren(title, el("p", "", t("closing.conflict.note")), table, buttons);
    if (!this.dialog.open) this.dialog.showModal();
  }
}

/** @param {string} text */
function heading(text) {
  const cell = el("th", "", text);
  cell.scope = "col";
  return cell;
}

/** @param {string} name @param {Api.ClosureTerms} terms */
function textOf(name, terms) {
  /** @type {Record<string, () => string>} */
  const texts = {
    cause: () => t("incident." + terms.cause), what: () => whatText(terms), period: () => periodText(terms),
    state: () => t("closing.act." + terms.act),
    by: () => `${terms.by || t("closing.nobody")} · ${timeText(terms.at_ms)}`,
  };
  return texts[name]?.() ?? String(Reflect.get(terms, name) || "");
}
