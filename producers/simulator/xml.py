"""The XML form of the portals' answers."""

from typing import Any
from xml.sax.saxutils import escape


def document(root: str, body: Any) -> str:
    """The body under one root element with the usual declaration."""
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{element(root, body)}'


def element(name: str, body: Any) -> str:
    """One element; a mapping nests, a list repeats the element, None and "" give an empty one."""
    if isinstance(body, list):
        return "".join(element(name, entry) for entry in body)
    if isinstance(body, dict):
        inner = "".join(element(key, value) for key, value in body.items())
    else:
        inner = "" if body is None else escape(str(body))
    return f"<{name}>{inner}</{name}>" if inner else f"<{name}/>"
