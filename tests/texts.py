"""Texts as tests read them."""

from streams.words.catalogue import Translatable
from tests.places import ROOT


def both(text: Translatable) -> tuple[str, str]:
    """Korean and English."""
    return text.to("ko"), text.to("en")


def text_of(file: str) -> str:
    """A file of the checkout."""
    return (ROOT / file).read_text(encoding="utf-8")
