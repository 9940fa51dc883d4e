// The page of the API: the vendored reader on our own document. Asks nobody outside.

/** @typedef {(options: Record<string, unknown>) => unknown} SwaggerUI */
document.documentElement.classList.toggle("dark-mode", document.documentElement.dataset.theme === "dark");
const reader = /** @type {{SwaggerUIBundle: SwaggerUI}} */ (/** @type {unknown} */ (window));
reader.SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
  defaultModelsExpandDepth: 0,
  docExpansion: "list",
});
