// Runs before anything else: the token leaves the address bar, for addresses are copied, kept and shown.
(function () {
  "use strict";
  const root = document.documentElement, crew = window.Crew = { work: root.dataset.work, token: "" };
  const name = "bomnae.crew.token:" + crew.work;
  const url = new URL(location.href), given = url.searchParams.get("t");
  if (given !== null) {
    url.searchParams.delete("t");
    history.replaceState(history.state, "", url.pathname + url.search + url.hash);
  }
  try {
    if (given && root.dataset.crew === "valid") sessionStorage.setItem(name, given);
    if (given && root.dataset.crew !== "valid") sessionStorage.removeItem(name);
    crew.token = sessionStorage.getItem(name) || "";
  } catch { /* a browser that keeps nothing: the token lives as long as the page */ }
  if (!crew.token && root.dataset.crew === "valid") crew.token = given || "";

  crew.forget = function () {
    crew.token = "";
    try { sessionStorage.removeItem(name); } catch { /* nothing was kept */ }
  };
})();
