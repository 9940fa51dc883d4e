// The page of the login: one form at a time, by what the server says of who is there.
import { byId, el, makeButton, showFault, showText } from "../dom.js";
import { kept } from "../kept.js";
import { nameTheme, turnLanguage, turnTheme } from "../page-tools.js";
import { homeOf, safeNext, showWhatMay, tell, whoAmI } from "../session.js";
import { timeText } from "../times.js";
import { nextLanguage, t } from "../words.js";
import { add, canUse, enter, showPasskeys } from "./passkeys.js";

/** @typedef {import("../session.js").Session} Session */

const root = document.documentElement;
const given = new URLSearchParams(location.search).get("next");
const next = safeNext(given);
const FORMS = ["login", "first", "change"];

/** @param {string} name */
const form = (name) => byId("form-" + name, HTMLFormElement);
/** @param {HTMLFormElement} of @param {string} name */
const field = (of, name) => /** @type {HTMLInputElement} */ (of.elements.namedItem(name));
/** @param {HTMLFormElement} of @param {string[]} names */
const values = (of, ...names) => Object.fromEntries(names.map((name) => [name, field(of, name).value]));

/** Whether a second factor is to be set up before anything else. */
let isHeld = false;

/** Shows one form, or one's own account. @param {string} step */
function show(step) {
  root.dataset.step = step;
  for (const name of FORMS) form(name).hidden = name !== step;
  byId("own").hidden = step !== "own";
  showText(byId("error"), "");
  if (FORMS.includes(step)) /** @type {HTMLInputElement} */ (form(step).querySelector("input")).focus();
}

/** The fields at fault, by the code of an error. @type {Record<string, string[]>} */
const AT_FAULT = {
  wrong_login: ["account", "password"], wrong_first_code: ["first_code"], code_needed: ["code"],
  wrong_code: ["code"], not_same: ["again"], bad_account: ["account", "password", "new"],
};

/** @param {string} code @param {HTMLFormElement} of */
const fieldsAtFault = (code, of) => (AT_FAULT[code] || []).map((name) => field(of, name)).filter(Boolean);

/** @param {unknown} error @param {HTMLFormElement} [of] what was sent */
function fail(error, of) {
  if (!(error instanceof Error)) return;
  const [korean = "", english = ""] = error.message.split(" / ");
  const code = String(Reflect.get(error, "code"));
  const text = root.lang === "en" ? english || korean : korean;
  showFault(byId("error"), text, ...of ? fieldsAtFault(code, of) : []);
  if (code === "code_needed") {
    byId("code-row").hidden = false;
    field(form("login"), "code").focus();
  }
}

/** What a field lacks before it can be sent, in the page's language and not in the browser's; "" where
 * nothing. @param {HTMLInputElement} of */
function lackOf(of) {
  const name = of.closest("label")?.querySelector("span")?.textContent ?? "";
  if (of.validity.valueMissing) return t("login.empty", { name });
  if (of.value.length < of.minLength) return t("login.rule");
  if (!of.validity.patternMismatch) return "";
  return t(of.name === "account" ? "login.account_rule" : "login.code_rule");
}

/** Whether a field lacks something: says what of the first, and leads there. @param {HTMLFormElement} of */
function isUnready(of) {
  const inputs = [...of.querySelectorAll("input")], lacking = inputs.find(lackOf);
  showFault(byId("error"), "", ...inputs);
  if (!lacking) return false;
  showFault(byId("error"), lackOf(lacking), lacking);
  lacking.focus();
  return true;
}

/** @param {string} name @param {(of: HTMLFormElement) => Promise<void>} act */
function onSubmit(name, act) {
  form(name).noValidate = true;
  form(name).addEventListener("submit", async (e) => {
    e.preventDefault();
    if (isUnready(form(name))) return;
    const button = /** @type {HTMLButtonElement} */ (form(name).querySelector("button"));
    button.disabled = true;
    try { await act(form(name)); } catch (error) { fail(error, form(name)); }
    button.disabled = false;
  });
}

/** @param {HTMLFormElement} of @param {string} name */
function checkTwice(of, name) {
  if (field(of, name).value !== field(of, "again").value) {
    throw Object.assign(new Error(t("login.not_same")), { code: "not_same" });
  }
}

/** After a login: on, unless there is something to do first. @param {Session} known */
function go(known) {
  if (known.must_change) { why("login.must_change"); show("change"); return; }
  if (known.lacks_factor) {
    why(canUse(known) ? "login.lacks_factor" : "login.lacks_factor.code");
    showOwn(known);
    return;
  }
  const to = next === "/" ? homeOf(known) : next;
  if (to) location.assign(to); else showOwn(known);
}

/** @param {string} code */
function why(code) {
  byId("why").dataset.t = code;
  showText(byId("why"), t(code));
}

/** @param {Session} known */
function showOwn(known) {
  show("own");
  isHeld = known.lacks_factor;
  byId("own-code").classList.toggle("strong", isHeld); // the one way on
  byId("own-account").textContent = known.account || t("login.open");
  byId("own-roles").textContent = known.roles.map((role) => t("role." + role)).join(" · ");
  showWhatMay(known);
  const isLocal = known.door === "local" && known.account !== "";
  for (const name of ["own-password", "own-code", "own-leave"]) byId(name).hidden = !isLocal;
  byId("own-leave").hidden = byId("title-sessions").hidden = known.account === "";
  if (isLocal) showSessions();
  if (isLocal && canUse(known)) showPasskeys(fail).catch(fail);
}

async function showSessions() {
  const { sessions } = await tell("GET", "sessions");
  byId("own-sessions").replaceChildren(...sessions.map(rowOf));
}

/** @param {{id: string, address: string, begun_ms: number, is_this: boolean}} session */
function rowOf({ id, address, begun_ms, is_this }) {
  const row = el("li");
  row.append(el("span", "", `${timeText(begun_ms)} · ${address}`));
  row.append(is_this ? el("b", "", t("login.this")) : makeButton("", t("login.end"), async () => {
    try { await tell("DELETE", "sessions/" + id); await showSessions(); } catch (error) { fail(error); }
  }));
  return row;
}

async function takeCode() {
  const made = await tell("POST", "account/code"), taken = form("code");
  taken.hidden = false;
  byId("code-picture", HTMLImageElement).src = made.qr;
  byId("code-secret").textContent = made.secret.replace(/(.{4})/g, "$1 ").trim();
  taken.dataset.sealed = made.sealed;
  field(taken, "code").focus();
}

async function look() {
  const known = await whoAmI();
  if (known.must_change || known.lacks_factor) { go(known); return; }
  if (known.is_idle) why("login.idle");
  if (known.account && !known.is_idle || known.door === "open") showOwn(known); else ask(known);
}

/** Asks whoever is not logged in who they are. @param {Session} known */
function ask(known) {
  const { door, account, is_first } = known;
  if (door === "oidc") { location.assign("/login/oidc?next=" + encodeURIComponent(next)); return; }
  show(is_first ? "first" : "login");
  byId("by-passkey").hidden = !canUse(known);
  if (given && !account && !is_first) why("login.needed");
}

onSubmit("login", async (of) => go(await tell("POST", "session", values(of, "account", "password", "code"))));
byId("by-passkey").addEventListener("click", async () => {
  showText(byId("error"), "");
  try { go(await enter(field(form("login"), "account").value)); } catch (error) { fail(error); }
});
onSubmit("passkey", async (of) => {
  await add(field(of, "password").value);
  of.reset();
  if (isHeld) go(await whoAmI());
});
onSubmit("first", async (of) => {
  checkTwice(of, "password");
  go(await tell("POST", "account/first", values(of, "first_code", "account", "password", "office")));
});
onSubmit("change", async (of) => {
  checkTwice(of, "new");
  go(await tell("POST", "account/password", values(of, "old", "new")));
});
onSubmit("code", async (of) => {
  const taken = { sealed: of.dataset.sealed, ...values(of, "code", "password") };
  const known = await tell("PUT", "account/code", taken);
  of.hidden = true;
  why("login.code_taken");
  if (isHeld) go(known);
});
byId("own-password").addEventListener("click", () => show("change"));
byId("own-code").addEventListener("click", () => takeCode().catch(fail));
byId("own-leave").addEventListener("click", async () => {
  try { await tell("DELETE", "session"); location.assign("/login"); } catch (error) { fail(error); }
});
byId("tool-lang").addEventListener("click", () => turnLanguage(nextLanguage(root.lang)));
byId("tool-dark").addEventListener("click", turnTheme);
turnLanguage(kept("lang") || "ko");
nameTheme();
look().catch((error) => { show("login"); fail(error); });
