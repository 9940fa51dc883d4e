// The words as the server gives them to the pages.
import { readFileSync } from "node:fs";

import { CATALOGUE } from "../../../maps/static/catalogue.js";

const folder = new URL("../../../streams/words/", import.meta.url);
for (const lang of ["ko", "en"]) {
  CATALOGUE[lang] = JSON.parse(readFileSync(new URL(`${lang}.json`, folder), "utf8"));
}
