"""The fonts of PDF files and of charts as pictures: the machine's, or those of a folder."""

from dataclasses import dataclass
from pathlib import Path

import typst

from streams.contract.errors import PlainError

FAMILIES = ("Noto Sans CJK KR", "Noto Sans KR", "NanumGothic", "Nanum Gothic")
"""What a report is set in: the first of them that there is."""


class FontError(PlainError):
    """No font that has Korean letters."""


@dataclass(frozen=True, slots=True)
class Lettering:
    """Fonts that were looked for once, and the family that a report is set in."""

    fonts: typst.Fonts
    family: str


def find(folder: str = "") -> Lettering:
    """The fonts of a folder, or of the machine where none is given; FontError says what is missing.

    Of a folder nothing but the folder counts, so that two machines write the same bytes.
    """
    if folder and not Path(folder).is_dir():
        raise FontError(f"BOMNAE_REPORT_FONTS: {folder[:80]!r} is no folder")
    paths: list[str] = [folder] if folder else []
    fonts = typst.Fonts(
        include_system_fonts=not folder, include_embedded_fonts=False, font_paths=paths
    )
    there = set(fonts.families())
    for family in FAMILIES:
        if family in there:
            return Lettering(fonts, family)
    where = f"in {folder[:80]!r}" if folder else "on this machine"
    raise FontError(
        f"no Korean font {where}: one of {', '.join(FAMILIES)} is needed "
        "(Debian: fonts-noto-cjk; or a folder of fonts in BOMNAE_REPORT_FONTS)"
    )
