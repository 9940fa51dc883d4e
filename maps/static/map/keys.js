// The keyboard: one letter a tool, never while text is being written.
import { byId, el, isForAnother, isWriting, letterOf, termRow } from "../dom.js";
import { isOff, lettersSwitch } from "../shortcuts.js";
import { t } from "../words.js";

const KEYS = ["/", "a", "s", "d", "c", "l", "n", "t", "v", "w", "Shift+Arrow", "0", "1-4", "?", "Esc"];
const STATUSES = [
  "live", "empty", "partial", "frozen", "dropped", "unknown", "stale", "held", "ahead", "stopped",
];

/** @param {string} key */
const shown = (key) => key.replace("Arrow", "←↑→↓");

/** Escape works everywhere. @param {Record<string, () => void>} tools by key */
export function listenToKeys(tools) {
  addEventListener("keydown", (e) => {
    if (isForAnother(e) || e.altKey || (e.key !== "Escape" && isWriting(e.target))) return;
    const key = letterOf(e) || e.key, act = tools[key];
    if (!act || isOff(key)) return;
    e.preventDefault();
    act();
  });
}

/** The skip link moves the focus only: the address is the picture's, and following it would reset that. */
export function listenToSkip() {
  document.querySelector(".skip")?.addEventListener("click", (e) => {
    e.preventDefault();
    const target = byId("works-list");
    target.tabIndex = -1;
    target.focus();
  });
}

/** Fills the help dialog. */
export function fillHelp() {
  const keys = el("dl", "keys"), statuses = el("dl", "keys");
  keys.append(...KEYS.map((key) => termRow(el("kbd", "", shown(key)), t("help.key." + key))));
  statuses.append(...STATUSES.map((status) => termRow(t("status." + status), t(`status.${status}.why`))));
  byId("help-body").replaceChildren(
    el("p", "", t("help.note")), el("h3", "", t("help.keys")), lettersSwitch(), keys,
    el("h3", "", t("feeds.title")), statuses,
  );
}
