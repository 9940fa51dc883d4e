// Long work in pieces: a few milliseconds a frame, so that the page answers in between.

const BUDGET_MS = 8, FIRST_BUDGET_MS = 30;

export class Slices {
  /** @param {number} most steps a frame, where a step costs more than the time that it takes here */
  constructor(most = Infinity) { this.most = most; }

  frame = 0;
  steps = /** @type {Iterator<void> | null} */ (null);
  budget_ms = BUDGET_MS;
  done = () => {};

  get isBusy() { return this.steps !== null; }

  /** Begins a piece of work; one that is under way is given up.
   * @param {Iterator<void>} steps @param {() => void} done when all steps are taken
   * @param {boolean} isAwaited nothing is on the screen yet: larger pieces, none over 50 ms */
  start(steps, done, isAwaited = false) {
    this.stop();
    this.steps = steps;
    this.done = done;
    this.budget_ms = isAwaited ? FIRST_BUDGET_MS : BUDGET_MS;
    this.run();
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.steps = null;
  }

  /** Takes steps for as long as a frame can bear. */
  run() {
    const until = performance.now() + this.budget_ms;
    for (let taken = 0; this.steps && taken < this.most && performance.now() < until; taken++) {
      if (this.steps.next().done) {
        this.steps = null;
        this.done();
        return;
      }
    }
    this.frame = requestAnimationFrame(() => this.run());
  }
}
