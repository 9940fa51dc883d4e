// The beep: made in code, off until a person turns it on, repeated while a critical alert waits.
import { write } from "../dom.js";
import { keep, kept } from "../kept.js";
import { t } from "../words.js";

const EVERY_MS = 5000, LOUDNESS = 0.18;
const TONES = [[880, 0, 0.16], [660, 0.2, 0.22]]; // Hz, begins and lasts in s

export class Sound {
  isOn = kept("sound") === "on";
  isNeeded = false;
  beeps = 0;
  timer = 0;
  context = /** @type {AudioContext | null} */ (null);

  /** @param {HTMLElement} button */
  constructor(button) {
    this.button = button;
    button.addEventListener("click", () => this.toggle());
    // A browser is silent until the person has done something on the page.
    for (const act of ["pointerdown", "keydown"]) addEventListener(act, () => this.wake(), { passive: true });
  }

  toggle() {
    this.isOn = !this.isOn;
    keep("sound", this.isOn ? "on" : "off");
    this.wake();
    this.follow(this.isNeeded);
  }

  /** One beep, where none is repeated anyway; whether it is heard.
   * @returns {boolean} */
  ring() {
    const isHeard = this.timer !== 0 && this.context?.state === "running";
    if (isHeard) return true;
    this.context ||= new AudioContext();
    this.context.resume().catch(() => {});
    this.beep();
    return this.context.state === "running";
  }

  wake() {
    if (!this.isOn) return;
    this.context ||= new AudioContext();
    if (this.context.state === "running") return;
    this.context.resume().then(() => this.show(), () => this.show());
  }

  /** Begins to beep or stops. @param {boolean} isNeeded while a critical alert waits */
  follow(isNeeded) {
    const isDue = isNeeded && this.isOn;
    this.isNeeded = isNeeded;
    if (isDue && !this.timer) { this.beep(); this.timer = setInterval(() => this.beep(), EVERY_MS); }
    if (!isDue && this.timer) { clearInterval(this.timer); this.timer = 0; }
    this.show();
  }

  beep() {
    this.show();
    if (this.context?.state !== "running") return;
    this.beeps += 1;
    const now = this.context.currentTime;
    for (const [hertz, begin, lasts] of TONES) tone(this.context, hertz, now + begin, lasts);
  }

  show() {
    const status = !this.isOn ? "off" : this.context?.state === "running" ? "on" : "asleep";
    this.button.dataset.state = status;
    this.button.setAttribute("aria-pressed", String(this.isOn));
    this.button.title = t(status === "asleep" ? "sound.asleep.why" : "sound.why");
    write(this.button, t("sound." + status));
  }
}

/** One tone that swells and fades, so that the loudspeaker does not click.
 * @param {AudioContext} context @param {number} hertz @param {number} begin @param {number} lasts */
function tone(context, hertz, begin, lasts) {
  const oscillator = context.createOscillator(), gain = context.createGain();
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(LOUDNESS, begin + 0.02);
  gain.gain.linearRampToValueAtTime(0, begin + lasts);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(begin);
  oscillator.stop(begin + lasts);
}
