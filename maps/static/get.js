// Reading from the server.

/** The JSON body at an address; throws where there is none.
 * @param {string} url @param {AbortSignal} [signal] */
export async function getJson(url, signal) {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new Error(`${url}: HTTP ${answer.status}`);
  return answer.json();
}
