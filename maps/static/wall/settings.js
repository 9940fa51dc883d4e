// What the address of a wall says: #seconds=15&tour=off&follow=off&dark&lang=en. Pure.

export const SECONDS = 12, LEAST_S = 4, MOST_S = 300;

/** How long each place is shown, whether the tour runs, and whether an operator's screen is followed.
 * @typedef {{seconds: number, hasTour: boolean, isFollowing: boolean}} Settings */

/** @param {string} hash @returns {Settings} */
export function settingsOf(hash) {
  const given = new Map(hash.replace(/^#/, "").split("&").map((part) => {
    const [name, value = ""] = part.split("=");
    return [name, value];
  }));
  const asked = given.get("seconds") || "", seconds = /^\d{1,4}$/.test(asked) ? Number(asked) : SECONDS;
  return {
    seconds: Math.max(LEAST_S, Math.min(MOST_S, seconds)),
    hasTour: given.get("tour") !== "off",
    isFollowing: given.get("follow") !== "off",
  };
}

/** An address with one part of it set, or taken away. @param {string} hash @param {string} name
 * @param {string | null} value */
export function withPart(hash, name, value) {
  const parts = hash.replace(/^#/, "").split("&").filter((part) => part && part.split("=")[0] !== name);
  if (value !== null) parts.push(value ? `${name}=${value}` : name);
  return "#" + parts.join("&");
}
