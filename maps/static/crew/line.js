// The line to the server: a request either gets an answer, is refused for good, or is to be sent again.
import { crew } from "./token.js";
import { parted } from "./words.js";

const WITHIN_MS = 12_000, PHOTO_WITHIN_MS = 70_000;
const base = "/api/v1/works/" + encodeURIComponent(crew.work);

/** What ended for good, with the server's code and words. */
export class Refused extends Error {
  constructor(status, code, pair) { super(code); Object.assign(this, { status, code, pair }); }
}

/** The answer's body. Throws Refused for a 4xx that stays so, any other error for what may pass. */
async function ask(path, options, within_ms = WITHIN_MS) {
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(), within_ms);
  try {
    const response = await fetch(base + path, { cache: "no-store", referrerPolicy: "no-referrer", ...options, signal: stop.signal });
    if (response.ok) return options.wants === "blob" ? await response.blob() : await response.json();
    const body = await response.json().catch(() => ({})), error = body.error || { code: "http", message: "" };
    if (response.status >= 500 || [408, 425, 429].includes(response.status)) throw new Error(error.code);
    throw new Refused(response.status, error.code, parted(error.message || String(response.status)));
  } finally { clearTimeout(timer); }
}
const bearer = () => ({ Authorization: "Bearer " + crew.token });

export const fetchReport = (report) => ask("/reports" + (report ? "?report=" + report : ""), { headers: bearer() });
export const postReport = (tap) => ask("/reports", {
  method: "POST", headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ word: tap.word, token: crew.token, report_id: tap.report_id, ...(tap.until_ms ? { until_ms: tap.until_ms } : {}) }),
});
export const loadPhotos = () => ask("/photos", { headers: bearer() });
export const loadPhoto = (id) => ask(`/photos/${id}.jpg`, { headers: bearer(), wants: "blob" });
export function sendPhoto(id, blob) {
  const form = new FormData();
  form.append("report_id", id);
  form.append("photo", blob, "photo");
  return ask("/photos", { method: "POST", headers: bearer(), body: form }, PHOTO_WITHIN_MS);
}

/** A random id; crypto.randomUUID is missing where the page came over plain http. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = bytes[6] & 15 | 64;
  bytes[8] = bytes[8] & 63 | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

const PAUSES_S = [1, 2, 4, 8, 15, 30];
/** How long to wait after so many failures, ms; jittered, or a whole site comes back at once. */
export const pauseAfter = (failures) => PAUSES_S[Math.min(failures, PAUSES_S.length) - 1] * (700 + 600 * Math.random());
