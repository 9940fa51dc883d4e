// Long work in pieces: a few milliseconds a frame, so that the page answers in between.

const BUDGET_MS = 8;

export class Slices {
  frame = 0;
  steps = /** @type {Iterator<void> | null} */ (null);
  done = () => {};

  get isBusy() { return this.steps !== null; }

  /** Begins a piece of work; one that is under way is given up.
   * @param {Iterator<void>} steps @param {() => void} done when all steps are taken */
  start(steps, done) {
    this.stop();
    this.steps = steps;
    this.done = done;
    this.run();
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.steps = null;
  }

  /** Takes steps for as long as a frame can bear. */
  run() {
    const until = performance.now() + BUDGET_MS;
    while (this.steps && performance.now() < until) {
      if (this.steps.next().done) {
        this.steps = null;
        this.done();
        return;
      }
    }
    this.frame = requestAnimationFrame(() => this.run());
  }
}
