// Particles on the screen are those of the server: both are held to one table of cases.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { withParticle } from "../../../maps/static/particles.js";

const CASES = JSON.parse(readFileSync(new URL("../streams/words/particles.json", import.meta.url), "utf8"));

for (const [word, pair, form] of CASES) {
  test(`${JSON.stringify(word)} ${pair}`, () => assert.equal(withParticle(word, pair), word + form));
}
