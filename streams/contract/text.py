"""Text from outside made harmless: one line, without what hides, turns or breaks it."""

import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs"})
"""Controls, lone surrogates, and marks without a shape: bidi, zero-width, soft hyphen, tags."""


def clean(text: str, limit: int, mark: str = "") -> str:
    """The text as one line of at most `limit` characters (NFC), blanks and line breaks folded into
    one blank; a text that is cut ends with `mark`.
    """
    line = " ".join(text.split())
    if not line.isprintable():
        seen = (letter for letter in line if unicodedata.category(letter) not in _HIDDEN)
        line = " ".join("".join(seen).split())
    line = unicodedata.normalize("NFC", line)
    return line if len(line) <= limit else line[: limit - len(mark)].rstrip() + mark
