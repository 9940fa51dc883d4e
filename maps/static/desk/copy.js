// Copying text to the clipboard, also on a plain http address of an office network, and short notices.
import { el } from "../dom.js";

const NOTICE_MS = 5000;
let timer = 0;

/** Whether the text is on the clipboard now. Without a secure context the old way through a text area is taken. */
export async function copy(text) {
  if (navigator.clipboard && window.isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch { /* refused: the old way */ }
  }
  return copyBySelection(text);
}

function copyBySelection(text) {
  const { activeElement } = document, selection = document.getSelection();
  const ranges = Array.from({ length: selection.rangeCount }, (_, k) => selection.getRangeAt(k));
  const area = el("textarea", "unseen");
  area.value = text;
  area.readOnly = true;
  document.body.append(area);
  area.select();
  let isCopied = false;
  try { isCopied = document.execCommand("copy"); } catch { isCopied = false; }
  area.remove();
  selection.removeAllRanges();
  for (const range of ranges) selection.addRange(range);
  if (activeElement) activeElement.focus({ preventScroll: true });
  return isCopied;
}

/** Says something short at the foot of the screen, to eyes and to a reader. `kind`: "done" or "bad". */
export function notice(text, kind = "done") {
  const toast = document.getElementById("toast");
  clearTimeout(timer);
  toast.hidden = false;
  toast.className = "toast " + kind;
  toast.textContent = text;
  timer = setTimeout(() => { toast.hidden = true; toast.textContent = ""; }, NOTICE_MS);
}
