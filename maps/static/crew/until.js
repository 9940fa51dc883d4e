// Until when the work is extended: three quick choices and a time of one's own, each with the time it means.
import { byId, el, makeButton } from "../dom.js";
import { dayText, minuteText } from "../times.js";
import { wordsOf, timeOf, writeTexts } from "./words.js";

const MIN_MS = 60_000, HOUR_MS = 60 * MIN_MS, DAY_MS = 24 * HOUR_MS, MOST_MS = 7 * DAY_MS;
/** @typedef {(until_ms: number) => void} Pick */

/** Quick choices after the present end (or now, to the next five minutes). @param {number} ends_ms
 * @param {number} now_ms @returns {[string, number][]} */
export function choices(ends_ms, now_ms) {
  const from = ends_ms > now_ms ? ends_ms : Math.ceil(now_ms / (5 * MIN_MS)) * 5 * MIN_MS;
  const morning = Date.parse(dayText(from) + "T06:00+09:00");
  return [["hour", from + HOUR_MS], ["hours", from + 2 * HOUR_MS],
    ["morning", morning > from ? morning : morning + DAY_MS]];
}

/** @param {Crew.Texts} label @param {() => void} act @param {Crew.Texts} [note] */
function button(label, act, note) {
  const element = makeButton("", null, act), small = el("small");
  writeTexts(element, label);
  if (note) {
    writeTexts(small, note);
    element.append(small);
  }
  return element;
}
const back = () => button(wordsOf("back"), closeUntil);

/** @param {number} ends_ms @param {number} now_ms @param {Pick} pick */
function ownTime(ends_ms, now_ms, pick) {
  const form = el("form"), label = el("label"), input = el("input"), error = el("p"), words = el("span");
  const from = Math.max(ends_ms, now_ms), send = button(wordsOf("send_until"), () => {});
  /** @param {number} ms */
  const local = (ms) => `${dayText(ms)}T${minuteText(ms)}`;
  input.type = "datetime-local";
  input.min = local(from);
  input.max = local(from + MOST_MS);
  input.value = local(from + HOUR_MS);
  input.required = true;
  writeTexts(words, wordsOf("until_label"));
  label.append(words, input);
  error.setAttribute("role", "alert");
  error.id = "until-error";
  input.setAttribute("aria-describedby", error.id);
  send.type = "submit";
  form.noValidate = true; // the browser's own bubble speaks its language and hides the buttons
  form.append(label, error, send, back());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const at = Date.parse(input.value + "+09:00");
    if (at > from && at <= from + MOST_MS) pick(at);
    else {
      writeTexts(error, wordsOf("until_bad"));
      input.setAttribute("aria-invalid", "true");
      input.focus();
    }
  });
  byId("until").replaceChildren(form);
  input.focus();
}

/** @param {number} ends_ms @param {number} now_ms @param {Pick} pick */
export function openUntil(ends_ms, now_ms, pick) {
  const quick = choices(ends_ms, now_ms).map(([key, at]) =>
    button(wordsOf(key), () => pick(at), wordsOf("until", { time: timeOf(at, now_ms) })));
  const last = back();
  last.className = "back";
  const other = button(wordsOf("other"), () => ownTime(ends_ms, now_ms, pick));
  byId("until").replaceChildren(...quick, other, last);
  show(true);
  quick[0].focus();
}

function closeUntil() {
  show(false);
  extendButton().focus();
}
export const hideUntil = () => show(false);

/** @param {boolean} isOpen */
function show(isOpen) {
  byId("until").hidden = !isOpen;
  byId("words").hidden = isOpen;
  extendButton().setAttribute("aria-expanded", String(isOpen));
}

const extendButton = () => /** @type {HTMLElement} */ (byId("words").querySelector("[data-word=extend]"));
