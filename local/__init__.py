"""The whole product on one machine without Docker: what the demo, the tests and the bench start."""
