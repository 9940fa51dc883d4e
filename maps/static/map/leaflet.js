// The vendored Leaflet, which a classic script of the page has made a global before any module runs.

/** @type {typeof import("leaflet")} */
export const L = Reflect.get(globalThis, "L");
