// One account as a row of the table, with what may be done to it; on a narrow screen the row is a card.
import { el, makeButton } from "../dom.js";
import { dayText, clockText } from "../times.js";
import { t } from "../words.js";

/** @typedef {{account: string, roles: string[], office: string, is_locked: boolean, must_change: boolean,
 *   has_code: boolean, passkeys: number, is_program: boolean, sessions: number, login_ms: number}} Account */
/** @typedef {"lock" | "unlock" | "reset" | "end"} Act */

/** What stands in each column; its name is that of the column's word.
 * @type {Record<string, (row: Account) => string>} */
const COLUMNS = {
  "accounts.account": ({ account }) => account,
  "accounts.roles": ({ roles }) => roles.map((role) => t("role." + role)).join(", "),
  "accounts.office": ({ office }) => office,
  "accounts.status": statusOf,
  "accounts.factors": factorsOf,
  "accounts.login": ({ login_ms: at }) => at ? `${dayText(at)} ${clockText(at)}` : t("accounts.login.none"),
  "accounts.sessions": ({ sessions }) => String(sessions),
};

/** @param {Account} row */
function statusOf({ is_locked, must_change, is_program }) {
  if (is_locked) return t("accounts.is_locked");
  if (is_program) return t("accounts.is_program");
  return t(must_change ? "accounts.must_change" : "accounts.is_fine");
}

/** @param {Account} row */
function factorsOf({ has_code, passkeys }) {
  const found = [has_code && t("accounts.code"), passkeys && t("accounts.passkeys", { n: passkeys })];
  return found.filter(Boolean).join(", ") || t("accounts.no_factor");
}

/** What may be done to an account; to one's own nothing that shuts oneself out.
 * @param {Account} row @param {string} own @returns {Act[]} */
export function actsOf({ account, is_locked, is_program, sessions }, own) {
  if (account === own) return [];
  /** @type {Act[]} */
  const acts = [is_locked ? "unlock" : "lock"];
  if (!is_program) acts.push("reset");
  if (sessions) acts.push("end");
  return acts;
}

/** @param {Account} row @param {string} own @param {(act: Act, account: string) => void} act */
export function rowOf(row, own, act) {
  const line = el("tr");
  line.setAttribute("role", "row"); // a style that makes a card of it takes its own role away
  line.dataset.account = row.account;
  line.dataset.locked = String(row.is_locked);
  for (const [name, write] of Object.entries(COLUMNS)) {
    line.append(cellOf(name, write(row), name === "accounts.sessions" ? "number" : ""));
  }
  const acts = cellOf("accounts.acts", "", "acts");
  acts.append(...actsOf(row, own).map((each) => {
    const button = makeButton("", t("accounts." + each), () => act(each, row.account));
    button.dataset.act = each;
    button.setAttribute("aria-label", t(`accounts.${each}.of`, { name: row.account }));
    return button;
  }));
  line.append(acts);
  return line;
}

/** @param {string} name @param {string} text @param {string} className */
function cellOf(name, text, className) {
  const cell = el("td", text || className === "acts" ? className : "empty", text);
  cell.dataset.name = t(name);
  cell.setAttribute("role", "cell");
  return cell;
}
