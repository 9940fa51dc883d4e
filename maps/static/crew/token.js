// Loaded before the page's other scripts: the token leaves the address bar, for addresses are copied.
const root = document.documentElement;

/** The work of the page and the token that lets its crew report; "" without one. */
export const crew = { work: root.dataset.work || "", token: "" };
const name = "bomnae.crew.token:" + crew.work;
const url = new URL(location.href), given = url.searchParams.get("t");
const isValid = root.dataset.crew === "valid";
if (given !== null) {
  url.searchParams.delete("t");
  history.replaceState(history.state, "", url.pathname + url.search + url.hash);
}
try {
  if (given && isValid) sessionStorage.setItem(name, given);
  if (given && !isValid) sessionStorage.removeItem(name);
  crew.token = sessionStorage.getItem(name) || "";
} catch { /* a browser that keeps nothing: the token lives as long as the page */ }
if (isValid) crew.token ||= given || "";

export function forget() {
  crew.token = "";
  try { sessionStorage.removeItem(name); } catch { /* nothing was kept */ }
}
