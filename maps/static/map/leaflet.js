// The vendored Leaflet, which a classic script of the page has made a global before any module runs.

/** @type {typeof import("leaflet")} */
export const L = Reflect.get(globalThis, "L");

/** Whether a press moves the map now; its types do not know that question. @param {Ui.LeafletMap} map */
export const isDragged = (map) => Boolean(/** @type {any} */ (map.dragging)?.moving());
