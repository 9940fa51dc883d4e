// A file from the server, with why it is taken: the server records that before it gives it.
import { el } from "./dom.js";

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
