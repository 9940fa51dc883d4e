"""The pages: templates, their parts, what the browser may load, static files."""
