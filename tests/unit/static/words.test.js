// Texts on the screen take their values as those of the server do.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CATALOGUE } from "../../../maps/static/catalogue.js";
import { wordIn } from "../../../maps/static/words.js";

CATALOGUE.en = { many: "{n:bus has/buses have} passed", capital: "{name:capital}" };
CATALOGUE.ko = { many: "{name:은/는} 버스 {n}대" };

test("a noun stands in its number", () => {
  const said = [0, 1, 3, 11, "1"].map((n) => wordIn("en", "many", { n }));
  assert.deepEqual(said, [
    "0 buses have passed", "1 bus has passed", "3 buses have passed", "11 buses have passed",
    "1 bus has passed",
  ]);
});

test("a particle fits its word, and a form its case", () => {
  assert.equal(wordIn("ko", "many", { name: "공사", n: 1 }), "공사는 버스 1대");
  assert.equal(wordIn("en", "capital", { name: "works" }), "Works");
});
