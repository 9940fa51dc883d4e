// Passkeys: the browser asks the device, the server says what it is to sign and whether that is right.
import { byId, el, makeButton } from "../dom.js";
import { tell } from "../session.js";
import { timeText } from "../times.js";
import { t } from "../words.js";

/** @typedef {import("../session.js").Session} Session */

/** Whether server and browser can do it here. @param {Session} known */
export const canUse = (known) => known.takes_passkeys
  && typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === "function";

/** Logs in by a key of this device. @param {string} account "" leaves it to the device
 * @returns {Promise<Session>} */
export async function enter(account) {
  const options = await tell("POST", "session/passkey/options", { account });
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  const credential = await answered(navigator.credentials.get({ publicKey }));
  return tell("POST", "session/passkey", { credential });
}

/** Makes a key on this device for one's own account. @param {string} password */
export async function add(password) {
  const options = await tell("POST", "account/passkeys/options", { password });
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  const credential = await answered(navigator.credentials.create({ publicKey }));
  list((await tell("POST", "account/passkeys", { credential })).passkeys);
}

/** What the device answered; an Error in our words where somebody refused it there, or waited too long.
 * @param {Promise<Credential | null>} asked */
async function answered(asked) {
  try {
    const credential = await asked;
    if (credential instanceof PublicKeyCredential) return credential.toJSON();
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    if (error.name === "InvalidStateError") throw new Error(t("passkey.there"));
  }
  throw new Error(t("passkey.refused"));
}

/** One's own, each with the way to remove it. @param {(error: unknown) => void} fail */
export async function showPasskeys(fail) {
  onFail = fail;
  byId("own-passkeys").hidden = false;
  list((await tell("GET", "account/passkeys")).passkeys);
}

let onFail = /** @type {(error: unknown) => void} */ (() => {});

/** @param {{id: string, added_ms: number}[]} passkeys */
function list(passkeys) {
  byId("passkeys").replaceChildren(...passkeys.map(({ id, added_ms }) => {
    const row = el("li");
    const remove = async () => list((await tell("DELETE", "account/passkeys/" + id)).passkeys);
    row.append(el("span", "", timeText(added_ms)));
    row.append(makeButton("", t("passkey.remove"), () => remove().catch(onFail)));
    return row;
  }));
}
