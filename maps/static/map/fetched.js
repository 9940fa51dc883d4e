// Reading what the map needs, with an end to the waiting and a word for what failed.

const LONGEST_MS = 15_000;

/** What could not be fetched: the network, or anything from the server. */
export class FetchError extends Error {
  /** @param {"network" | "server"} what @param {string} message */
  constructor(what, message) {
    super(message);
    this.what = what;
  }
}

/** @param {string} url @param {"network" | "server"} what */
export async function fetched(url, what) {
  const stop = new AbortController(), timer = setTimeout(() => stop.abort(), LONGEST_MS);
  try {
    const answer = await fetch(url, { signal: stop.signal, credentials: "same-origin" });
    if (!answer.ok) throw new FetchError(what, `${url}: HTTP ${answer.status}`);
    return await answer.json();
  } catch (error) {
    if (error instanceof FetchError) throw error;
    throw new FetchError(error instanceof TypeError ? "server" : what, String(error));
  } finally {
    clearTimeout(timer);
  }
}
