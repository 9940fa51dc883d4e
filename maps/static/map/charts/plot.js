// uPlot (vendor/uplot, MIT): fetched when the first chart is opened, so that no first picture waits for it.

/** @type {Promise<Ui.PlotMaker> | null} */
let loading = null;

/** The library, and the looks of charts. */
export function loadPlot() {
  loading ||= Promise.all([
    script("../../vendor/uplot/uPlot.iife.min.js"), sheet("../../vendor/uplot/uPlot.min.css"),
    sheet("../../css/charts.css"),
  ]).then(() => /** @type {Ui.PlotMaker} */ (Reflect.get(window, "uPlot")));
  loading.catch(() => { loading = null; }); // the next chart tries again
  return loading;
}

/** @param {string} path */
const addressOf = (path) => new URL(path, import.meta.url).href;

/** @param {string} path */
function script(path) {
  const element = document.createElement("script");
  element.src = addressOf(path);
  return added(element);
}

/** @param {string} path */
export function sheet(path) {
  const element = document.createElement("link");
  element.rel = "stylesheet";
  element.href = addressOf(path);
  return added(element);
}

/** @param {HTMLElement} element @returns {Promise<void>} */
function added(element) {
  return new Promise((resolve, reject) => {
    element.addEventListener("load", () => resolve());
    element.addEventListener("error", () => reject(new Error("a file of charts cannot be read")));
    document.head.append(element);
  });
}
