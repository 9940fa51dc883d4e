// Who paints takes turns: a piece in a task of its own, and one between two frames. In a frame it would make
// that frame's task longer, and two of them a long one.

/** What waits, by its owner; what is awaited goes first. @type {Map<object, () => void>[]} */
const waiting = [new Map(), new Map()];
let isAsked = false;

/** Runs a piece soon. A later piece of the same owner takes the place of the one that waits.
 * @param {object} owner @param {() => void} piece @param {boolean} isAwaited it is new on the map, not only
 * in another place */
export function inTurn(owner, piece, isAwaited = false) {
  waiting[isAwaited ? 0 : 1].set(owner, piece);
  if (isAsked) return;
  isAsked = true;
  afterTask(take);
}

/** @param {object} owner whose pieces are not wanted any more */
export function giveUp(owner) { for (const row of waiting) row.delete(owner); }

/** One piece; what it asks for itself comes after what waits already. The next has its turn when what this
 * one painted is on the screen. */
function take() {
  const row = waiting.find(({ size }) => size);
  if (!row) { isAsked = false; return; }
  const [owner, piece] = [...row][0];
  row.delete(owner);
  requestAnimationFrame(() => afterTask(take));
  piece();
}

/** Runs after the next frame has gone to the screen; a hidden tab has no frames and does not wait.
 * @param {() => void} act */
export function afterPaint(act) {
  if (document.hidden) act(); else requestAnimationFrame(() => afterTask(act));
}

/** Tells how long the next frame takes, ms. @param {(frame_ms: number) => void} act */
export function timeFrame(act) {
  requestAnimationFrame(() => {
    const began = performance.now();
    afterTask(() => act(performance.now() - began));
  });
}

/** Runs in the next task; called in a frame, when that frame has been painted. @param {() => void} act */
export function afterTask(act) {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => { channel.port1.close(); act(); };
  channel.port2.postMessage(0);
}
