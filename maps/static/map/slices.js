// Long work in pieces: a few milliseconds a frame, so that the page answers in between.
import { giveUp, inTurn } from "./turns.js";

const BUDGET_MS = 5, FIRST_BUDGET_MS = 30;

export class Slices {
  /** @param {number} most steps a frame, where a step costs more than the time that it takes here */
  constructor(most = Infinity) { this.most = most; }

  steps = /** @type {Iterator<void> | null} */ (null);
  isAwaited = false;
  isOver = false; // all steps are taken; what is to be done then has a turn of its own
  done = () => {};

  get isBusy() { return this.steps !== null; }

  /** Begins a piece of work; one that is under way is given up.
   * @param {Iterator<void>} steps @param {() => void} done when all steps are taken
   * @param {boolean} isAwaited nothing is on the screen yet: larger pieces, none over 50 ms */
  start(steps, done, isAwaited = false) {
    this.prepare(steps, done, isAwaited);
    this.run();
  }

  /** The same, from the next frame that is free. @param {Iterator<void>} steps @param {() => void} done */
  startInTurn(steps, done) {
    this.prepare(steps, done, false);
    inTurn(this, () => this.run());
  }

  /** @param {Iterator<void>} steps @param {() => void} done @param {boolean} isAwaited */
  prepare(steps, done, isAwaited) {
    this.stop();
    Object.assign(this, { steps, done, isAwaited, isOver: false });
  }

  stop() {
    giveUp(this);
    this.steps = null;
  }

  /** Takes steps for as long as a frame can bear. */
  run() {
    const isLast = this.isOver || this.take() && this.isAwaited;
    if (!this.steps) return; // a step gave it up
    if (!isLast) { inTurn(this, () => this.run()); return; }
    this.steps = null;
    this.done();
  }

  /** Whether all steps are taken. */
  take() {
    const until = performance.now() + (this.isAwaited ? FIRST_BUDGET_MS : BUDGET_MS);
    for (let taken = 0; this.steps && taken < this.most && performance.now() < until; taken++) {
      this.isOver = Boolean(this.steps.next().done);
      if (this.isOver) break;
    }
    return this.isOver;
  }
}

/** Takes all steps at once. @param {Iterator<void>} steps */
export function drain(steps) { while (!steps.next().done); }
