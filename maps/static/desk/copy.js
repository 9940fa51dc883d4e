// Copying text to the clipboard, also on a plain http address of an office network, and short notices.
import { byId, el } from "../dom.js";

const NOTICE_MS = 5000;
let timer = 0;

/** Whether the text is on the clipboard now. Without a secure context it goes there through a text area.
 * @param {string} text */
export async function copy(text) {
  if (window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { /* refused: the old way */ }
  }
  return copyBySelection(text);
}

/** @param {string} text */
function copyBySelection(text) {
  const { activeElement } = document, area = el("textarea", "unseen"), restore = selectionKeeper();
  area.value = text;
  area.readOnly = true;
  document.body.append(area);
  area.select();
  let isCopied = false;
  try { isCopied = document.execCommand("copy"); } catch { isCopied = false; }
  area.remove();
  restore();
  if (activeElement instanceof HTMLElement) activeElement.focus({ preventScroll: true });
  return isCopied;
}

/** What brings back the selection as it is now. */
function selectionKeeper() {
  const selection = document.getSelection();
  if (!selection) return () => {};
  const ranges = Array.from({ length: selection.rangeCount }, (_, k) => selection.getRangeAt(k));
  return () => {
    selection.removeAllRanges();
    for (const range of ranges) selection.addRange(range);
  };
}

/** Shows something short at the foot of the screen, to eyes and to a reader. @param {string} text
 * @param {"done" | "bad"} kind */
export function notice(text, kind = "done") {
  const toast = byId("toast");
  clearTimeout(timer);
  toast.hidden = false;
  toast.className = "toast " + kind;
  toast.textContent = text;
  timer = setTimeout(() => { toast.hidden = true; toast.textContent = ""; }, NOTICE_MS);
}
