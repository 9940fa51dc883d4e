// The colours of the map, by theme and palette. Level order: free, slow, jam, unknown.

const light = {
  ground: "#f0f2f5", bed: "#d3d9e0", casing: "#8a5300", text: "#33363d", halo: "rgba(244,246,248,.92)", faint: "#58616a",
  levels: ["#2b9a55", "#f4a81d", "#cf2431", "#858d98"], bus: "#1c5cc4", busEdge: "#ffffff", busOld: "#8a949e",
  full: "#c8102e", partial: "#ef7d00", minor: "#f5c400", edge: "#1e2124", hollow: "#ffffff", rest: "#1e2124", mark: "#ffffff",
  incident: "#7a2bbf", report: "#9a3412", clash: "#b0005c", chosen: "#0b50d0", stripe: "#ffffff",
};
const dark = {
  ground: "#12161c", bed: "#2a323c", casing: "", text: "#dfe4ea", halo: "rgba(18,22,28,.88)", faint: "#9aa5b1",
  levels: ["#37a868", "#f6bf3f", "#ff5560", "#707a87"], bus: "#6aa8ff", busEdge: "#0c1016", busOld: "#707a87",
  full: "#ff3b4e", partial: "#ff9a2e", minor: "#ffd84a", edge: "#05070a", hollow: "#262e38", rest: "#e8ebef", mark: "#ffffff",
  incident: "#c58bff", report: "#ffb38a", clash: "#ff7ab8", chosen: "#7fb2ff", stripe: "#f4f6f8",
};
const blind = {
  light: { levels: ["#2676b4", "#f7a24c", "#8f1024", "#858d98"], casing: "#8a4a00", full: "#8f1024", bus: "#3a3f47" },
  dark: { levels: ["#4d9fe0", "#ffcf8a", "#ff5a3c", "#707a87"], full: "#ff5a3c", bus: "#c9d3de" },
};

export function palette(theme, name) {
  const base = theme === "dark" ? dark : light;
  return name === "cb" ? { ...base, ...blind[theme === "dark" ? "dark" : "light"] } : base;
}

/** The screen's scale: a wall of 4K draws wider lines and larger marks with its larger letters. */
export const screenScale = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;
