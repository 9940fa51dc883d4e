// A file from the server, with why it is taken: the server records that before it gives it.
import { byId, el, showText } from "./dom.js";
import { t } from "./words.js";

/** Saves what is at an address under its own name; an Error with the server's words where it refuses.
 * @param {string} url @param {string} reason */
export async function takeFile(url, reason) {
  const headers = { "Bomnae-Reason": encodeURIComponent(reason) };
  const answer = await fetch(url, { headers });
  if (!answer.ok) throw new Error(String((await answer.json().catch(() => null))?.error?.message || ""));
  const name = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") || "")?.[1] || "";
  const link = el("a");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Asks why before a file of a link in a place is taken, whenever the link came there; where nobody is
 * asked who they are, nothing is. @param {Element} place */
export function askWhy(place) {
  const dialog = byId("why-dialog", HTMLDialogElement), reason = byId("why-reason", HTMLInputElement);
  let url = "";
  place.addEventListener("click", (e) => {
    const link = e.target instanceof Element ? e.target.closest("a[download]") : null;
    if (!(link instanceof HTMLAnchorElement) || document.documentElement.dataset.door === "open") return;
    e.preventDefault();
    url = link.href;
    byId("why-what").textContent = link.getAttribute("aria-label") || link.textContent;
    showText(byId("why-said"), "");
    dialog.showModal();
    reason.focus();
  });
  byId("why-cancel").addEventListener("click", () => dialog.close());
  byId("why-form").addEventListener("submit", async (e) => {
    e.preventDefault();
    try {
      await takeFile(url, reason.value.trim());
      dialog.close();
    } catch (error) {
      showText(byId("why-said"), error instanceof Error && error.message || t("why.failed"));
    }
  });
}
