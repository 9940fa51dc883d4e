// The keyboard: one letter a tool, never while text is being written.
import { el } from "../dom.js";
import { t } from "../words.js";

const SHOWN = ["/", "a", "s", "d", "c", "l", "0", "1-4", "?", "Esc"];

function isWriting(target) {
  return target instanceof HTMLElement && (target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select") || target.isContentEditable);
}

/** `tools`: key -> action. Escape works everywhere. */
export function listenToKeys(tools) {
  addEventListener("keydown", (e) => {
    if (e.isComposing || e.ctrlKey || e.metaKey || e.altKey) return;
    if (document.querySelector("dialog[open]")) return;
    if (e.key !== "Escape" && isWriting(e.target)) return;
    const act = tools[e.key === "?" ? "?" : hangulKey(e)];
    if (!act) return;
    e.preventDefault();
    act();
  });
}

/** The skip link moves the focus only: the address is the picture's, and following it would reset that. */
export function skipTo(link) {
  link.addEventListener("click", (e) => {
    e.preventDefault();
    const target = document.querySelector(link.getAttribute("href"));
    target.tabIndex = -1;
    target.focus();
  });
}

/** With the Korean keyboard on, the D key writes ㅇ: go by the key's place, not by its letter. */
function hangulKey(e) {
  return /^Key[A-Z]$/.test(e.code) && e.key.length === 1 ? e.code[3].toLowerCase() : e.key;
}

/** Fills the help dialog. */
export function fillHelp() {
  const body = document.getElementById("help-body"), keys = el("dl", "keys"), note = el("p"), heading = el("h3");
  for (const key of SHOWN) {
    const row = el("div"), dt = el("dt"), kbd = el("kbd"), dd = el("dd");
    kbd.textContent = key;
    dt.append(kbd);
    dd.textContent = t("help.key." + key);
    row.append(dt, dd);
    keys.append(row);
  }
  heading.textContent = t("help.keys");
  note.textContent = t("help.note");
  const statuses = el("dl", "keys");
  for (const status of ["live", "empty", "partial", "frozen", "dropped", "unknown", "stale", "held", "ahead", "stopped"]) {
    const row = el("div"), dt = el("dt"), dd = el("dd");
    dt.textContent = t("status." + status);
    dd.textContent = t(`status.${status}.why`);
    row.append(dt, dd);
    statuses.append(row);
  }
  const feeds = el("h3");
  feeds.textContent = t("feeds.title");
  body.replaceChildren(note, heading, keys, feeds, statuses);
}
