// A wall does not sleep: the browser is asked to keep the screen on, anew whenever it let go.

/** @param {(isAwake: boolean) => void} say whether the browser does it */
export function keepAwake(say) {
  const ask = async () => {
    if (document.hidden) return;
    try {
      const lock = await navigator.wakeLock.request("screen");
      say(true);
      lock.addEventListener("release", () => say(false));
    } catch {
      say(false); // it knows no such lock, or the computer runs low
    }
  };
  document.addEventListener("visibilitychange", ask);
  ask();
}
