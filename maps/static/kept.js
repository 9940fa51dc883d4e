// What this browser keeps between visits; a private window keeps nothing.

/** @param {string} name @param {string} value */
export function keep(name, value) {
  try { localStorage.setItem("bomnae." + name, value); } catch { /* private window: not kept */ }
}

/** @param {string} name */
export function kept(name) {
  try { return localStorage.getItem("bomnae." + name); } catch { return null; }
}
