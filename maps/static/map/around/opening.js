// What is in view, by keyboard: Shift and an arrow go from thing to thing on the map, Enter opens, and a list
// has them all. Fetched when it is used for the first time.
import { byId, isForAnother } from "../../dom.js";
import { t } from "../../words.js";

/** @type {Record<string, {x: number, y: number}>} */
const TOWARDS = {
  ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 }, ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 },
};

/** Answers what opens the list. @param {Ui.Live} live */
export function listenToAround(live) {
  const container = live.map.getContainer();
  /** @type {Promise<import("./around.js").Around> | null} */
  let loading = null;
  const around = () => {
    loading ||= import("./around.js").then(({ Around }) => new Around(live));
    loading.catch(() => { loading = null; byId("around-said").textContent = t("around.failed"); });
    return loading;
  };
  container.addEventListener("keydown", (e) => {
    if (e.target !== container || isForAnother(e) || e.altKey) return;
    const towards = e.shiftKey ? TOWARDS[e.key] : undefined;
    if (!towards && e.key !== "Enter") return;
    e.preventDefault();
    e.stopPropagation(); // Leaflet would move the map
    around().then((ready) => { if (towards) ready.step(towards); else ready.open(); }, () => {});
  });
  return () => { around().then((ready) => ready.list.open(), () => {}); };
}
