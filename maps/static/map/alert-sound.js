// The beep: made in code, off until a person turns it on, repeated while a critical alert waits to be acknowledged.
import { write } from "../dom.js";
import { t } from "../words.js";
import { keep, kept } from "../kept.js";

const EVERY_MS = 5000, LOUDNESS = 0.18;
const TONES = [[880, 0, 0.16], [660, 0.2, 0.22]]; // Hz, begins and lasts in s

export class Sound {
  constructor(button) {
    this.button = button;
    this.isOn = kept("sound") === "on";
    this.isNeeded = false;
    this.beeps = 0;
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

  wake() {
    if (!this.isOn) return;
    this.context ||= new AudioContext();
    if (this.context.state === "running") return;
    this.context.resume().then(() => this.show(), () => this.show());
  }

  get isAwake() { return this.context?.state === "running"; }

  /** Begins to beep or stops: `isNeeded` while a critical alert waits. */
  follow(isNeeded) {
    const isDue = isNeeded && this.isOn;
    this.isNeeded = isNeeded;
    if (isDue && !this.timer) { this.beep(); this.timer = setInterval(() => this.beep(), EVERY_MS); }
    if (!isDue && this.timer) { clearInterval(this.timer); this.timer = 0; }
    this.show();
  }

  beep() {
    this.show();
    if (!this.isAwake) return;
    this.beeps += 1;
    const now = this.context.currentTime;
    for (const [hertz, begin, lasts] of TONES) this.tone(hertz, now + begin, lasts);
  }

  /** One tone that swells and fades, so that the loudspeaker does not click. */
  tone(hertz, begin, lasts) {
    const tone = this.context.createOscillator(), gain = this.context.createGain();
    tone.frequency.value = hertz;
    gain.gain.setValueAtTime(0, begin);
    gain.gain.linearRampToValueAtTime(LOUDNESS, begin + 0.02);
    gain.gain.linearRampToValueAtTime(0, begin + lasts);
    tone.connect(gain).connect(this.context.destination);
    tone.start(begin);
    tone.stop(begin + lasts);
  }

  show() {
    const word = !this.isOn ? "off" : this.isAwake ? "on" : "asleep";
    this.button.dataset.state = word;
    this.button.setAttribute("aria-pressed", String(this.isOn));
    this.button.title = t(word === "asleep" ? "sound.asleep.why" : "sound.why");
    write(this.button, t("sound." + word));
  }
}
