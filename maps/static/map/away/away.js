// Tells by the system what is new while nobody looks at the map: one notification a situation, of one tab.
import { SEVERITIES } from "../../gravity.js";
import { keep, kept } from "../../kept.js";
import { minuteText } from "../../times.js";
import { feedName, t, wordOr } from "../../words.js";
import { leadOf } from "../situations/list.js";
import { AwayDialog } from "./dialog.js";
import { isLoud, isWanted, rulesIn, Watch } from "./rules.js";

/** @typedef {"unsupported" | "insecure" | NotificationPermission} Permission */
/** @typedef {import("./rules.js").Rules} Rules */

const MOST = 4; // notifications at once; of more, the rest is counted in one
const LOOK_MS = 15_000; // what was put off asks again by its time alone
const TELLER = "bomnae.away", FRONT = "bomnae.front"; // locks that the tabs of a browser share
const MORE = "more";

export class Away {
  rules = rulesIn(kept("away"));
  watch = new Watch();
  shown = /** @type {Map<string, Notification>} */ (new Map()); // by situation
  said = /** @type {Map<string, string>} */ (new Map()); // what each of them says
  rows = /** @type {Api.Situation[] | null} */ (null);
  isTeller = false; // of several tabs one tells
  leave = () => {}; // gives the lock of the tab in front back

  /** @param {Ui.Live} live */
  constructor(live) {
    this.live = live;
    this.dialog = new AwayDialog(this);
    addEventListener("storage", ({ key }) => { if (key === "bomnae.away") this.read(); });
    for (const name of ["focus", "blur"]) addEventListener(name, () => this.stand());
    document.addEventListener("visibilitychange", () => this.stand());
    addEventListener("pagehide", () => { for (const told of this.shown.values()) told.close(); });
    navigator.permissions?.query({ name: "notifications" })
      .then((status) => { status.onchange = () => this.dialog.show(); }, () => {});
    navigator.locks?.request(TELLER, () => { this.isTeller = true; return new Promise(() => {}); });
    setInterval(() => { if (this.rows) this.follow(this.rows); }, LOOK_MS);
    this.stand();
  }

  /** What the browser lets the page do. @returns {Permission} */
  get permission() {
    if (!isSecureContext) return "insecure";
    return "Notification" in window && navigator.locks ? Notification.permission : "unsupported";
  }

  read() {
    this.rules = rulesIn(kept("away"));
    this.dialog.show();
  }

  /** @param {Partial<Rules>} rules */
  set(rules) {
    Object.assign(this.rules, rules);
    keep("away", JSON.stringify(this.rules));
    this.dialog.show();
  }

  /** Asks the browser, which asks the person; only ever after a press of the button. */
  async ask() {
    if (await Notification.requestPermission() === "granted") this.set({ isOn: true });
    this.dialog.show();
  }

  /** Holds a lock while this tab is in front, so that the one that tells knows. */
  stand() {
    this.leave();
    if (!isInFront()) return;
    navigator.locks?.request(FRONT, { mode: "shared" }, () => isInFront() && new Promise((leave) => {
      this.leave = () => leave(null);
    }));
  }

  /** What is so now. @param {Api.Situation[]} rows */
  follow(rows) {
    const { begun, over } = this.watch.look(rows, this.live.clock.now());
    this.rows = rows;
    for (const id of over) this.drop(id);
    for (const row of rows) if (this.shown.has(row.id)) this.update(row);
    const wanted = begun.filter((row) => isWanted(this.rules, row)).sort(byGravity);
    if (wanted.length && this.isTeller && this.permission === "granted") this.tell(wanted);
  }

  /** @param {Api.Situation[]} rows the gravest first */
  async tell(rows) {
    if (isInFront() || await isAnyInFront()) return;
    const still = rows.filter(({ id }) => this.watch.waiting?.has(id)), rest = still.length - MOST;
    const silent = !still.some((row) => isLoud(this.rules, row)) || this.live.alerts.sound.ring();
    still.slice(0, MOST).forEach((row, k) => this.showOne(row, silent || k > 0, true));
    if (rest > 0) this.put(MORE, t("away.more", { n: rest }), { body: "", silent: true });
  }

  /** What a notification says has changed while it stands there: it is written anew, without a sound.
   * @param {Api.Situation} row */
  update(row) { if (this.said.get(row.id) !== this.textOf(row)) this.showOne(row, true, false); }

  /** @param {Api.Situation} row @param {boolean} silent @param {boolean} renotify */
  showOne(row, silent, renotify) {
    const [title, ...body] = this.textOf(row).split("\n");
    this.said.set(row.id, this.textOf(row));
    const requireInteraction = row.severity === SEVERITIES[0];
    const options = { body: body.join("\n"), silent, renotify, requireInteraction };
    this.put(row.id, title, /** @type {NotificationOptions} */ (options));
  }

  /** @param {string} id @param {string} title @param {NotificationOptions} options */
  put(id, title, options) {
    const icon = /** @type {HTMLLinkElement} */ (document.querySelector("link[rel=icon]")).href;
    const { lang } = document.documentElement, more = { tag: "bomnae:" + id, icon, lang };
    try {
      const told = new Notification(title, { ...options, ...more });
      told.onclick = () => { this.drop(id); this.goTo(id); };
      told.onclose = () => { if (this.shown.get(id) === told) this.shown.delete(id); };
      this.shown.set(id, told);
    } catch { /* telephones show none from a page */ }
  }

  /** Takes one away; the browser says later that it is closed. @param {string} id */
  drop(id) {
    this.shown.get(id)?.close();
    this.shown.delete(id);
  }

  /** Severity and kind, where, since when. Nothing that a person has written: it is read over shoulders,
   * and other programs keep it. @param {Api.Situation} row */
  textOf(row) {
    const { rule } = leadOf(row), { city } = this.live.options;
    const about = [this.placeOf(row), t("alert.since", { time: minuteText(row.since_ms) }), city];
    const lines = [
      `${t("alert." + row.severity)} · ${wordOr("rule." + rule, rule)}`, about.filter(Boolean).join(" · "),
      this.live.state.at_ms === null ? "" : t("away.then"),
    ];
    return lines.filter(Boolean).join("\n");
  }

  /** The roads it is on, or the feeds that it is about. @param {Api.Situation} row */
  placeOf({ links, sources }) {
    const names = new Set(links.flatMap((i) => this.live.now?.network.nameOf(i) || []));
    const places = names.size ? [...names] : sources.map(feedName);
    return places.slice(0, 2).join(", ") + (places.length > 2 ? " …" : "");
  }

  /** To the map of now, and to the situation. @param {string} id */
  goTo(id) {
    const { live } = this;
    window.focus();
    if (live.state.at_ms !== null) live.time.goTo(null);
    if (id === MORE) live.tools.toAlerts(); else live.choose({ kind: "situation", id }, true);
  }

  /** One to see what they look like. */
  test() {
    const silent = this.rules.sound === "none" || this.live.alerts.sound.ring();
    this.put("test", t("away.test.title"), { body: t("away.test.body"), silent });
  }
}

/** Whether somebody looks at this page. */
const isInFront = () => !document.hidden && document.hasFocus();

/** Whether somebody looks at another tab of this map. */
async function isAnyInFront() {
  const { held = [] } = await navigator.locks.query();
  return held.some(({ name }) => name === FRONT);
}

/** @param {Api.Situation} a @param {Api.Situation} b */
const byGravity = (a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity);
