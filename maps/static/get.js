// Reading from the server.

/** What the server refused, by its code; "" where it gave none. */
export class RefusedError extends Error {
  /** @param {string} text @param {string} code */
  constructor(text, code) {
    super(text);
    this.code = code;
  }
}

/** @param {Response} answer */
async function codeOf(answer) {
  try { return String((await answer.json()).error.code); } catch { return ""; }
}

/** The JSON body at an address; throws a RefusedError where the server gives none.
 * @param {string} url @param {AbortSignal} [signal] */
export async function getJson(url, signal) {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new RefusedError(`${url}: HTTP ${answer.status}`, await codeOf(answer));
  return answer.json();
}
