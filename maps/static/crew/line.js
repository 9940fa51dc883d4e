// The line to the server: a request either gets an answer, is refused for good, or is to be sent again.
import { crew } from "./token.js";
import { parted } from "./words.js";

const WITHIN_MS = 12_000, PHOTO_WITHIN_MS = 70_000;
const PAUSES_S = [1, 2, 4, 8, 15, 30];
const base = "/api/v1/works/" + encodeURIComponent(crew.work);

/** What ended for good, with the server's code and words. */
export class RefusedError extends Error {
  /** @param {number} status @param {string} code @param {Crew.Texts} texts */
  constructor(status, code, texts) {
    super(code);
    this.status = status;
    this.texts = texts;
  }

  /** Whether the link itself counts no more. */
  get isOfLink() { return this.status === 403 || this.status === 404; }
}

/** The answer. Throws RefusedError for a 4xx that stays so, any other error for what may pass.
 * @param {string} path @param {RequestInit} options */
async function ask(path, options, within_ms = WITHIN_MS) {
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(), within_ms);
  try {
    const common = /** @type {RequestInit} */ ({ cache: "no-store", referrerPolicy: "no-referrer" });
    const response = await fetch(base + path, { ...common, ...options, signal: stop.signal });
    if (response.ok) return response;
    const { error = { code: "http", message: "" } } = await response.json().catch(() => ({}));
    if (response.status >= 500 || [408, 425, 429].includes(response.status)) throw new Error(error.code);
    throw new RefusedError(response.status, error.code, parted(error.message || String(response.status)));
  } finally { clearTimeout(timer); }
}
const bearer = () => ({ Authorization: "Bearer " + crew.token });

/** What became of a report, "" for none, and the work as it is. @param {string} report
 * @returns {Promise<Crew.Body>} */
export async function fetchReport(report) {
  return (await ask("/reports" + (report ? "?report=" + report : ""), { headers: bearer() })).json();
}

/** The page of the work, as text. */
export const fetchPage = async () => (await ask("/page", { headers: bearer() })).text();

/** @param {Crew.Tap} tap @returns {Promise<Crew.Body>} */
export async function postReport({ word, report_id, until_ms }) {
  const body = JSON.stringify({ word, token: crew.token, report_id, ...(until_ms ? { until_ms } : {}) });
  const headers = { "Content-Type": "application/json" };
  return (await ask("/reports", { method: "POST", headers, body })).json();
}

/** @returns {Promise<{photos: Api.Photo[]}>} */
export const fetchPhotos = async () => (await ask("/photos", { headers: bearer() })).json();
/** @param {string} id */
export const fetchPhoto = async (id) => (await ask(`/photos/${id}.jpg`, { headers: bearer() })).blob();

/** @param {string} id @param {Blob} blob */
export async function postPhoto(id, blob) {
  const form = new FormData();
  form.append("report_id", id);
  form.append("photo", blob, "photo");
  await ask("/photos", { method: "POST", headers: bearer(), body: form }, PHOTO_WITHIN_MS);
}

/** A random id; crypto.randomUUID is missing where the page came over plain http. */
export function uuid() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = bytes[6] & 15 | 64;
  bytes[8] = bytes[8] & 63 | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** How long to wait after so many failures, ms; jittered, or a whole site comes back at once.
 * @param {number} failures */
export function pauseAfter(failures) {
  return PAUSES_S[Math.min(failures, PAUSES_S.length) - 1] * (700 + 600 * Math.random());
}
