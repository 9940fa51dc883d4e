// The administrator's page: who may log in, new accounts, a lock and its end, a password handed out anew.
import { byId, showFault, write } from "../dom.js";
import { getJson } from "../get.js";
import { kept } from "../kept.js";
import { turnLanguage, turnTheme } from "../page-tools.js";
import { startSession, tell } from "../session.js";
import { nextLanguage, t } from "../words.js";
import { rowOf } from "./rows.js";

/** @typedef {import("./rows.js").Account} Account */
/** @typedef {import("./rows.js").Act} Act */

const WAYS = {
  lock: ["POST", "lock"], unlock: ["POST", "unlock"], reset: ["POST", "reset"], end: ["DELETE", "sessions"],
};
/** @param {string} name */
const field = (name) => byId(name, HTMLInputElement);

class AccountsPage {
  rows = /** @type {Account[]} */ ([]);
  own = "";
  state = "loading";
  handed = "";  // whose password is shown
  asked = /** @type {{act: Act, account: string} | null} */ (null);

  constructor() {
    byId("add").addEventListener("submit", (e) => { e.preventDefault(); this.add(); });
    byId("handed-done").addEventListener("click", () => this.handOut("", ""));
    byId("sure", HTMLDialogElement).addEventListener("close", () => this.answered());
    const root = document.documentElement;
    byId("tool-lang").addEventListener("click", () => this.translate(nextLanguage(root.lang)));
    byId("tool-dark").addEventListener("click", () => { turnTheme(); this.translate(root.lang); });
    this.translate(kept("lang") || "ko");
    this.open();
  }

  async open() {
    const known = await startSession(document.querySelector(".tools"));
    this.own = known?.account || "";
    await this.read();
  }

  async read() {
    try {
      const answer = /** @type {{accounts: Account[]}} */ (await getJson("/api/v1/accounts"));
      this.rows = answer.accounts;
      this.state = "read";
    } catch {
      this.state = "failed";
    }
    this.draw();
  }

  async add() {
    const roles = new FormData(byId("add", HTMLFormElement)).getAll("role");
    const account = field("account").value.trim();
    this.fault(roles.length ? "" : t("accounts.no_role"), byId("roles"));
    if (!roles.length) return;
    try {
      const made = await tell("POST", "accounts", { account, roles, office: field("office").value.trim() });
      byId("add", HTMLFormElement).reset();
      this.handOut(made.account.account, made.password);
      await this.read();
    } catch (error) {
      this.fault(wordsOf(error), field("account"));
      field("account").focus();
    }
  }

  /** @param {Act} act @param {string} account */
  ask(act, account) {
    this.asked = { act, account };
    byId("sure-what").textContent = t(`accounts.${act}.sure`, { name: account });
    byId("sure-yes").textContent = t("accounts." + act);
    const dialog = byId("sure", HTMLDialogElement);
    dialog.returnValue = "";
    dialog.showModal();
  }

  async answered() {
    const asked = this.asked;
    this.asked = null;
    if (!asked || byId("sure", HTMLDialogElement).returnValue !== "yes") return;
    const [method, way] = WAYS[asked.act], path = `accounts/${encodeURIComponent(asked.account)}/${way}`;
    this.fault("");
    try {
      const made = await tell(method, path);
      await this.read();
      if (asked.act === "reset") this.handOut(asked.account, made.password);
      else this.focusOn(asked.account);
    } catch (error) {
      this.fault(wordsOf(error));
    }
  }

  /** Shows a password once: it is nowhere when the page is left.
   * @param {string} account @param {string} password */
  handOut(account, password) {
    const before = this.handed;
    this.handed = account;
    byId("password").textContent = password;
    byId("handed").hidden = !password;
    this.draw();
    if (password) byId("handed").focus();
    else this.focusOn(before);
  }

  /** @param {string} account */
  focusOn(account) {
    const rows = /** @type {HTMLElement[]} */ ([...byId("rows").children]);
    rows.find((row) => row.dataset.account === account)?.querySelector("button")?.focus();
  }

  /** @param {string} text @param {...Element} fields */
  fault(text, ...fields) {
    for (const each of [byId("roles"), field("account")]) showFault(byId("fault"), "", each);
    showFault(byId("fault"), text, ...fields);
  }

  draw() {
    const n = this.rows.length;
    byId("state").dataset.state = this.state;
    write(byId("state"), t("accounts." + (this.state === "read" ? "shown" : this.state), { n }));
    byId("accounts").hidden = !n;
    const ask = this.ask.bind(this);
    byId("rows").replaceChildren(...this.rows.map((row) => rowOf(row, this.own, ask)));
    byId("handed-to").textContent = this.handed && t("accounts.handed", { name: this.handed });
  }

  /** Turns everything to a language. @param {string} lang */
  translate(lang) {
    const { theme, city } = document.documentElement.dataset;
    turnLanguage(lang);
    byId("tool-dark").textContent = t(theme === "dark" ? "tool.light" : "tool.dark");
    document.title = t("title.accounts", { city });
    this.draw();
  }
}

/** @param {unknown} error */
const wordsOf = (error) => error instanceof Error && error.message || t("accounts.failed");

export const accounts = new AccountsPage();
