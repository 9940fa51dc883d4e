import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { safeNext } from "../../../maps/static/session.js";

describe("where a login leads back to", () => {
  for (const next of ["/", "/desk", "/desk?valid=1#id=work:W", "/w/2026%2F0412"]) {
    it(`keeps ${next}`, () => assert.equal(safeNext(next), next));
  }
  const theirs = ["//evil.example/", "/\\evil.example", "/\t/evil.example", "/\n//evil.example",
    "/\r\\evil.example", "https://evil.example/", "javascript:alert(1)", "/\t//evil.example:99999",
    "/.//evil.example/phish", "/x/..//evil.example/",
    "/./%5Cevil.example/..//evil.example", "/.\\/evil.example"];
  for (const next of [null, "", "desk", ...theirs]) {
    it(`keeps nobody's ${JSON.stringify(next)}`, () => assert.equal(safeNext(next), "/"));
  }
});
