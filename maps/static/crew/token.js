// Loaded before the page's other scripts: the token leaves the address bar, for addresses are copied.

/** The work of the page and the token that lets its crew report; "" without one. `isFormer`: the link was
 * one of a former version, with its token where every proxy on the way wrote it down: it counts no more. */
export const crew = { work: workOf(location.pathname), token: "", isFormer: false };
const name = "bomnae.crew.token:" + crew.work;
const url = new URL(location.href), given = tokenIn(url.hash);
crew.isFormer = url.searchParams.has("t");
if (given || crew.isFormer) {
  url.searchParams.delete("t");
  history.replaceState(history.state, "", url.pathname + url.search);
}
try {
  if (given) sessionStorage.setItem(name, given);
  crew.token = sessionStorage.getItem(name) || "";
} catch { /* a browser that keeps nothing: the token lives as long as the page */ }
crew.token ||= given;
// Another link of the same work, opened where this page stands, changes the fragment alone.
addEventListener("hashchange", () => { if (tokenIn(location.hash)) location.reload(); });

/** @param {string} path of the page, /w/{work} */
function workOf(path) {
  try { return decodeURIComponent(path.replace(/^\/w\//, "")); } catch { return ""; }
}

/** @param {string} hash of an address: #t=TOKEN */
function tokenIn(hash) { return new URLSearchParams(hash.slice(1)).get("t") || ""; }

export function forget() {
  crew.token = "";
  try { sessionStorage.removeItem(name); } catch { /* nothing was kept */ }
}
