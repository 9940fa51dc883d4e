"""Texts as tests read them."""

from streams.words.catalogue import Translatable


def both(text: Translatable) -> tuple[str, str]:
    """Korean and English."""
    return text.to("ko"), text.to("en")
