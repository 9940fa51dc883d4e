// Questions to the server. An answer is a body, or a failure with a word the screen knows.

const LONGEST_MS = 10000;

/** What went wrong: "away" (no server), "failing" (one that could not answer) or "refused"; `said` is the server's word. */
class AskError extends Error {
  constructor(what, said = "") {
    super(said || what);
    Object.assign(this, { what, said });
  }
}

/** The JSON body at a path; `signal` gives the question up. Raises AskError, or AbortError when given up. */
export async function ask(path, { query = {}, signal, post } = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const url = given.length ? `${path}?${new URLSearchParams(given)}` : path;
  const late = AbortSignal.timeout(LONGEST_MS);
  const options = { signal: signal && AbortSignal.any ? AbortSignal.any([signal, late]) : signal || late };
  if (post) Object.assign(options, { method: "POST", body: JSON.stringify(post), headers: { "Content-Type": "application/json" } });
  let answer;
  try {
    answer = await fetch(url, options);
  } catch (error) {
    if (signal && signal.aborted) throw error;
    throw new AskError("away");
  }
  return read(answer);
}

async function read(answer) {
  const body = await answer.json().catch(() => null);
  if (answer.ok && body) return body;
  const isRefused = answer.status >= 400 && answer.status < 500;
  throw new AskError(isRefused ? "refused" : "failing", String(body?.error?.message || ""));
}

/** The text of a thing with `ko` and `en` (or `name_ko`, `name_en`) in the language chosen. */
export function localized(thing, name = "") {
  const key = (lang) => name ? `${name}_${lang}` : lang;
  if (!thing) return "";
  return String((document.documentElement.lang === "en" && thing[key("en")]) || thing[key("ko")] || thing[key("en")] || "");
}
