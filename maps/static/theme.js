// Runs before the first paint, so that a dark control room never sees a white flash.
(function () {
  "use strict";
  const root = document.documentElement;
  const marks = new Set(location.hash.slice(1).split("&"));
  /** @param {string} name */
  const kept = (name) => {
    try { return localStorage.getItem("bomnae." + name); } catch { return null; }
  };
  const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  root.dataset.theme = marks.has("dark") ? "dark" : marks.has("light") ? "light" : kept("theme") || system;
  root.dataset.palette = marks.has("cb") || kept("palette") === "cb" ? "cb" : "plain";
})();
