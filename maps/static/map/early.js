// Asks for the roads and their state while the page is still being read.
(function () {
  "use strict";
  const Bomnae = window.Bomnae = window.Bomnae || {};
  const { network } = document.documentElement.dataset;
  Bomnae.early = new Map();
  for (const url of [network, "/api/v1/snapshot"]) {
    if (!url) continue;
    const answer = fetch(url, { credentials: "same-origin" });
    answer.catch(() => {}); // whoever takes it learns of the failure
    Bomnae.early.set(url, answer);
  }
})();
