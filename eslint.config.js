// What holds of the browser's code besides its types. `make web-check` runs it.
import js from "@eslint/js";
import globals from "globals";

const rules = {
  ...js.configs.recommended.rules,
  complexity: ["error", 8],
  eqeqeq: "error",
  "max-len": ["error", { code: 110 }],
  "no-shadow": ["error", { builtinGlobals: false, hoist: "functions" }],
  "no-unused-vars": "error",
  "no-var": "error",
  "prefer-const": "error",
};

export default [
  { ignores: ["**/vendor/", ".venv/", ".cache/"] },
  { files: ["maps/static/**/*.js"], languageOptions: { globals: globals.browser }, rules },
  { files: ["maps/static/**/*-worker.js"], languageOptions: { globals: globals.sharedWorker } },
  { files: ["maps/static/map/ground-worker.js"], languageOptions: { globals: globals.worker } },
  { files: ["maps/static/theme.js", "**/ground-worker.js"], languageOptions: { sourceType: "script" } },
  { files: ["tests/**/*.js", "*.config.js"], languageOptions: { globals: globals.nodeBuiltin }, rules },
];
