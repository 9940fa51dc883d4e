// A login ends when nobody was there for so long. Before that the page says so, and one press goes on.
import { el, makeButton } from "./dom.js";
import { t } from "./words.js";

const HERE_MS = 60_000, WARN_MS = 60_000;

/**
 * What a page knows of whoever sits before it: when the server was last told, and the last key or press.
 * @typedef {{told_ms: number, acted_ms: number, idle_ms: number}} Presence
 */

/** How long before its end a login warns: a minute, half of the time where that is shorter.
 * @param {number} idle_ms Infinity where a login does not end by itself */
export const warnMs = (idle_ms) => Math.min(WARN_MS, idle_ms / 2);

/** What is to be done now: nothing, tell the server, warn, or say that it is over.
 * @param {number} now_ms @param {Presence} presence @returns {"rest" | "tell" | "warn" | "over"} */
export function stepOf(now_ms, { told_ms, acted_ms, idle_ms }) {
  const left_ms = told_ms + idle_ms - now_ms, isNear = left_ms <= warnMs(idle_ms);
  if (left_ms <= 0) return "over";
  if (acted_ms > told_ms && (isNear || now_ms - told_ms >= HERE_MS)) return "tell";
  return isNear ? "warn" : "rest";
}

/** The dialog that warns: whoever presses its button, or any key, stays logged in.
 * @param {number} idle_ms @param {() => void} goOn */
export function warning(idle_ms, goOn) {
  const dialog = el("dialog", "idle"), head = el("h2", "", t("idle.title"));
  const button = makeButton("strong", t("idle.go_on"), goOn);
  const about = el("p", "", t("idle.about", { n: Math.round(warnMs(idle_ms) / 1000) }));
  dialog.setAttribute("role", "alertdialog");
  head.id = "idle-title";
  about.id = "idle-about";
  dialog.setAttribute("aria-labelledby", head.id);
  dialog.setAttribute("aria-describedby", about.id);
  button.id = "idle-go-on";
  dialog.append(head, about, button);
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}
