// Who sits before the screen: what the server says of the session, and what a page does when it ends.
import { el } from "./dom.js";
import { stepOf, warning } from "./idle.js";
import { kept } from "./kept.js";
import { t } from "./words.js";

/** @typedef {{account: string, office: string, roles: string[], may: string[], door: string,
 *   is_idle: boolean, must_change: boolean, lacks_factor: boolean, has_code: boolean, is_first: boolean,
 *   takes_passkeys: boolean, idle_s: number}} Session */

const LOOK_MS = 1000, KINDS = ["pointerdown", "keydown", "wheel"];

/** The answer of the server about a login; throws an error with its words.
 * @param {string} method @param {string} path @param {unknown} [body] */
export async function tell(method, path, body) {
  const headers = { "Content-Type": "application/json" };
  const told = body === undefined ? {} : { body: JSON.stringify(body), headers };
  const answer = await fetch("/api/v1/" + path, { method, cache: "no-store", ...told });
  if (answer.ok) return answer.status === 204 ? null : answer.json();
  const { status } = answer;
  const { error = { code: "http", message: `HTTP ${status}` } } = await answer.json().catch(() => ({}));
  throw Object.assign(new Error(error.message), { code: error.code, status });
}

/** @returns {Promise<Session>} */
export const whoAmI = () => tell("GET", "session");

/** The account that is logged in, "" where nobody is asked. */
export const account = () => document.documentElement.dataset.account || "";
/** Who acts: the account, else the name that was given on this computer last. */
export const actor = () => account() || kept("name") || "";

const OURS = "https://here.invalid";

/** Where a login leads back to: a path of ours, as the browser itself reads it.
 * @param {string | null} next */
export function safeNext(next) {
  if (!next?.startsWith("/")) return "/";
  let at;
  try { at = new URL(next, OURS); } catch { return "/"; }
  if (at.origin !== OURS || at.pathname.startsWith("//")) return "/"; // "/.//host" is read as "//host"
  return at.pathname + at.search + at.hash;
}

/** Where to log in, and back to this page. */
export const loginAddress = () =>
  "/login?next=" + encodeURIComponent(location.pathname + location.search + location.hash);

/** Shows on a page who is logged in, keeps the session while somebody is there, and says when it is over.
 * @param {Element | null} place of the link to one's own account */
export async function startSession(place) {
  /** @type {Session} */
  let known;
  try { known = await whoAmI(); } catch { return null; }
  const root = document.documentElement;
  root.dataset.account = known.account;
  root.dataset.door = known.door;
  root.dataset.may = known.may.join(" ");
  showWhatMay(known);
  const link = known.door === "open" ? openSign() : ownLink(known);
  link.id = "tool-session";
  const chip = known.door === "open" && document.querySelector(".simulated");
  if (chip) chip.after(link);  // on a phone the tools are in a sheet: this is said on the map itself
  else place?.prepend(link);
  if (known.account) keepHere(link, known.idle_s * 1000 || Infinity);
  return known;
}

/** Shows of a page what its reader may use: `data-may` names what each part needs. @param {Session} known */
export function showWhatMay({ may }) {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-may]"))) {
    if (part !== document.documentElement) part.hidden = !may.includes(part.dataset.may || "");
  }
}

/** The first page somebody may open, "" where there is none. @param {Session} known */
export const homeOf = ({ may }) => may.includes("see") ? "/" : may.includes("records") ? "/records"
  : may.includes("accounts") ? "/accounts" : "";

/** That nobody is asked here, on every screen. */
function openSign() {
  const sign = el("a", "open-door", t("login.open.short"));
  sign.href = "/login";
  sign.dataset.t = "login.open.short";
  sign.dataset.tTitle = "login.open";
  sign.title = t("login.open");
  return sign;
}

/** The way to one's own account, or to a login. @param {Session} known */
function ownLink(known) {
  const link = el("a", "session", known.account || t("login.title"));
  link.href = loginAddress();
  link.title = [known.office, ...known.roles.map((role) => t("role." + role))].filter(Boolean).join(" · ");
  return link;
}

/** Keeps a login while somebody is there in any tab, warns before it ends by itself, says when it is over.
 * @param {HTMLElement} link @param {number} idle_ms */
function keepHere(link, idle_ms) {
  const presence = { told_ms: Date.now(), acted_ms: 0, idle_ms }, tabs = new BroadcastChannel("bomnae.here");
  let dialog = /** @type {HTMLDialogElement | null} */ (null);
  const close = () => { dialog?.close(); dialog?.remove(); dialog = null; };
  const isTold = () => { presence.told_ms = Date.now(); close(); };
  const end = () => {
    clearInterval(looking);
    close();
    for (const kind of KINDS) removeEventListener(kind, act);
    link.classList.add("over");
    link.textContent = t("login.over");
  };
  const steps = {
    rest: () => {},
    warn: () => { dialog ??= warning(idle_ms, act); },
    over: end,
    tell: async () => {
      isTold();
      try { await tell("POST", "session/here"); tabs.postMessage(""); } catch (error) {
        if (error instanceof Error && Reflect.get(error, "status") === 401) end();
      }
    },
  };
  const look = () => steps[stepOf(Date.now(), presence)]();
  const act = () => { presence.acted_ms = Date.now(); look(); };
  const looking = setInterval(look, LOOK_MS);
  tabs.onmessage = isTold;
  for (const kind of KINDS) addEventListener(kind, act, { passive: true });
}
