"""The OpenAPI 3.1 document of the API. Pure; a test compares its paths with the router's."""

from maps.api.openapi import alerts, crew, delivery, desk, live, past
from maps.api.openapi.parts import Json

_PARTS = (live, past, desk, alerts, delivery, crew)


def document(city: str) -> Json:
    """The whole document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Bomnae",
            "version": "1",
            "description": f"Live road states of {city}. Times are Unix ms (UTC).",
        },
        "paths": {path: methods for part in _PARTS for path, methods in part.paths().items()},
        "components": {
            "schemas": {name: each for part in _PARTS for name, each in part.schemas().items()},
            "securitySchemes": delivery.security_schemes(),
        },
    }
