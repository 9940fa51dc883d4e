// Until when the work is extended: three quick choices and a time of one's own, each with the time it means.
import { clockOf, dayOf, pair, timeOf, writePair } from "./words.js";

const MIN_MS = 60_000, HOUR_MS = 60 * MIN_MS, DAY_MS = 24 * HOUR_MS, MOST_MS = 7 * DAY_MS;
const box = () => document.getElementById("until");

/** Quick choices after the present end (or now, to the next five minutes). */
function choices(ends_ms, now_ms) {
  const from = ends_ms > now_ms ? ends_ms : Math.ceil(now_ms / (5 * MIN_MS)) * 5 * MIN_MS;
  let morning = Date.parse(dayOf(from) + "T06:00+09:00");
  if (morning <= from) morning += DAY_MS;
  return [["hour", from + HOUR_MS], ["hours", from + 2 * HOUR_MS], ["morning", morning]];
}
function button(label, act, note) {
  const element = Object.assign(document.createElement("button"), { type: "button" });
  writePair(element, label);
  if (note) {
    const small = element.appendChild(document.createElement("small"));
    writePair(small, note);
  }
  element.addEventListener("click", act);
  return element;
}
const local = (ms) => dayOf(ms) + "T" + clockOf(ms);

function ownTime(ends_ms, now_ms, pick) {
  const form = document.createElement("form"), label = document.createElement("label"), input = document.createElement("input");
  const from = Math.max(ends_ms, now_ms), error = document.createElement("p");
  Object.assign(input, { type: "datetime-local", min: local(from), max: local(from + MOST_MS), value: local(from + HOUR_MS), required: true });
  writePair(label.appendChild(document.createElement("span")), pair("until_label"));
  label.append(input);
  error.setAttribute("role", "alert");
  const send = button(pair("send_until"), () => {});
  send.type = "submit";
  form.noValidate = true; // the browser's own bubble speaks its language and hides the buttons
  form.append(label, error, send, button(pair("back"), closeUntil));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const at = Date.parse(input.value + "+09:00");
    if (at > from && at <= from + MOST_MS) pick(at);
    else { writePair(error, pair("until_bad")); input.focus(); }
  });
  box().replaceChildren(form);
  input.focus();
}

export function openUntil(site, now_ms, pick) {
  const ends_ms = (site && site.ends_ms) || now_ms;
  const quick = choices(ends_ms, now_ms).map(([key, at]) =>
    button(pair(key), () => pick(at), pair("until", { time: timeOf(at, now_ms) })));
  const other = button(pair("other"), () => ownTime(ends_ms, now_ms, pick));
  box().replaceChildren(...quick, other, button(pair("back"), closeUntil));
  box().lastChild.className = "back";
  show(true);
  box().firstChild.focus();
}
export function closeUntil() {
  show(false);
  document.querySelector("#words [data-word=extend]").focus();
}
function show(isOpen) {
  box().hidden = !isOpen;
  document.getElementById("words").hidden = isOpen;
  document.querySelector("#words [data-word=extend]").setAttribute("aria-expanded", String(isOpen));
}
export const hideUntil = () => show(false);
