/* eslint max-len: "off" -- the words go to the catalogue */
// Every word of the crew's page, as a pair: Korean, English. Both are always shown, the chosen one large.
import { byId, el, write } from "../dom.js";
import { keep, kept } from "../kept.js";
import { dayText, minuteText } from "../times.js";

/** @type {Record<string, Crew.Pair>} */
const PAIRS = {
  start: ["시작", "Start"], end: ["종료", "End"], extend: ["연장", "Extend"], not_yet: ["아직 아님", "Not yet"],
  idle: ["누르면 바로 기록됩니다", "A tap is recorded at once"],
  sending: ["보내는 중: {word}", "Sending: {word}"],
  waiting: ["서버가 받았습니다. 확인하는 중: {word}", "Received. Checking: {word}"],
  late: ["받아 두었습니다: {word}. 반영이 늦어지고 있습니다.", "Received: {word}. It shows later than usual."],
  taken: ["기록됨: {word}", "Recorded: {word}"],
  refused: ["기록 안 됨: {word}. {why}", "Not recorded: {word}. {why}"],
  away: ["닿지 않음: {word}. 저절로 다시 보냅니다.", "No connection: {word}. It is sent again by itself."],
  stale: ["한 시간 전에 누른 ‘{word}’은(는) 보내지 못했습니다. 아직 맞으면 다시 누르십시오.", "“{word}”, tapped an hour ago, was never sent. Tap again if it still holds."],
  dropped: ["그만두었습니다: {word}", "Given up: {word}"],
  once_more: ["한 번 더", "Again: End"],
  once_more_said: ["5초 안에 한 번 더 누르면 종료됩니다", "Tap again within 5 s to end"],
  undo_start: ["잘못 눌렀으면 ‘아직 아님’", "By mistake? Tap “Not yet”"],
  undo_end: ["잘못 눌렀으면 ‘아직 아님’", "By mistake? Tap “Not yet”"],
  undo_not_yet: ["잘못 눌렀으면 ‘시작’ 또는 ‘종료’", "By mistake? Tap “Start” or “End”"],
  undo_extend: ["먼저 끝나면 ‘종료’", "Done sooner? Tap “End”"],
  not_begun: ["시작 안 함", "Not begun"], not_ended: ["안 끝남", "Not finished"],
  none: ["아직 없음", "None yet"], stopped: ["도로 상태를 지금 읽을 수 없습니다", "Road state cannot be read now"],
  hour: ["+1시간", "+1 h"], hours: ["+2시간", "+2 h"], morning: ["아침 06시", "06:00"], other: ["다른 시각", "Other"],
  until: ["{time}까지", "until {time}"], send_until: ["이때까지 연장", "Extend to this"], back: ["취소", "Back"],
  until_label: ["언제까지", "Until when"], until_bad: ["지금 끝보다 늦고 7일을 넘지 않는 시각을 고르십시오", "Pick a time after the present end, at most 7 days on"],
  photo_making: ["사진을 줄이는 중", "Making the photo smaller"], photo_sending: ["사진을 보내는 중", "Sending the photo"],
  photo_taken: ["사진이 저장되었습니다", "Photo kept"], photo_away: ["사진이 닿지 않음. 다시 보냅니다.", "No connection. The photo is sent again."],
  photo_lost: ["사진을 보내지 못했습니다. 다시 찍어 주십시오.", "The photo was not sent. Take it again."],
  photo_alt: ["현장 사진 {time}", "Site photo {time}"],
  link_refused: ["이 링크로는 더 알릴 수 없습니다.", "This link counts no more."],
  today: ["{time}", "{time}"], tomorrow: ["내일 {time}", "tomorrow {time}"], on_day: ["{month}월 {date}일 {time}", "{date}/{month} {time}"],
  tongue: ["한국어", "EN"], tongue_label: ["한국어 (Korean)", "EN (English)"],
};
/** @typedef {Record<string, string | number | Crew.Pair>} Values */

/** @param {string} word */
export const isWord = (word) => word in PAIRS;

/** A pair of words with its values; a value may be a pair itself. @param {string} key
 * @param {Values} [values] @returns {Crew.Pair} */
export function pairOf(key, values = {}) {
  /** @param {number} k */
  const filled = (k) => PAIRS[key][k].replace(/\{(\w+)\}/g, (_, name) => {
    const value = values[name];
    return String(Array.isArray(value) ? value[k] : value ?? "");
  });
  return [filled(0), filled(1)];
}

/** Writes a pair into an element as text; what stands there already is left alone. @param {Element} element
 * @param {Crew.Pair} pair */
export function writePair(element, pair) {
  if (!element.querySelector(":scope > .ko")) {
    const [ko, en] = ["ko", "en"].map((lang) => Object.assign(el("span", lang), { lang }));
    element.replaceChildren(ko, " ", en);
  }
  ["ko", "en"].forEach((lang, k) => {
    for (const span of element.querySelectorAll(":scope > ." + lang)) write(span, pair[k]);
  });
}

/** The server's message "한국어 / English" as a pair. @param {string} message @returns {Crew.Pair} */
export function parted(message) {
  const at = message.indexOf(" / ");
  return at < 0 ? [message, message] : [message.slice(0, at), message.slice(at + 3)];
}

/** A time in Korea as a pair: 18:00, 내일 06:00, 12월 3일 18:00. @param {number} ms @param {number} now_ms */
export function timeOf(ms, now_ms) {
  const day = dayText(ms), time = minuteText(ms), [, month, date] = day.split("-").map(Number);
  const isTomorrow = day === dayText(now_ms + 86_400_000);
  return pairOf(day === dayText(now_ms) ? "today" : isTomorrow ? "tomorrow" : "on_day", { time, month, date });
}

/** @param {string} lang */
function useLanguage(lang) {
  const button = byId("tongue"), other = lang === "en" ? 0 : 1;
  document.documentElement.lang = lang;
  keep("lang", lang);
  button.textContent = pairOf("tongue")[other];
  button.setAttribute("aria-label", pairOf("tongue_label")[other]);
  button.lang = other ? "en" : "ko";
}

export function startWords() {
  const button = byId("tongue");
  button.hidden = false;
  button.addEventListener("click", () => useLanguage(document.documentElement.lang === "en" ? "ko" : "en"));
  useLanguage(kept("lang") === "en" ? "en" : "ko");
}
