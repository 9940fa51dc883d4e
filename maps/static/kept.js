// What this browser keeps between visits; a private window keeps nothing.

export function keep(name, value) {
  try { localStorage.setItem("bomnae." + name, value); } catch { /* private window: not kept */ }
}

export function kept(name) {
  try { return localStorage.getItem("bomnae." + name); } catch { return null; }
}
