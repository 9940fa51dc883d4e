"""Korean particles: which form follows a word, as it is read aloud.

A particle depends on the last sound of the word before it. Digits and Latin letters are read in
Korean (3 is 삼, T is 티), what stands in brackets is not read, and where the sound is unknown both
forms are written, as official letters do: `은(는)`.
"""

import re
import unicodedata
from typing import Literal

Pair = Literal["은/는", "이/가", "을/를", "과/와", "으로/로", "이라/라", "이나/나", "이며/며"]
Final = Literal["none", "rieul", "other"]
"""How a syllable ends: in a vowel, in ㄹ (which takes 로), or in another consonant."""

_BRACKETED = re.compile(
    r"[(\[{<（［〈《【「『][^()\[\]{}<>（）［］〈〉《》【】「」『』]*[)\]}>）］〉》】」』]"
)
_SOUND = re.compile(r"[0-9A-Za-z가-힣%]")
_NUMBER = re.compile(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?$")
_LATIN = re.compile(r"[A-Za-z]+$")
_UNIT = re.compile(r"[0-9](?:mm|cm|m|km|km/h|m/s)$")  # 미터, 시속 … 킬로미터: they end in a vowel
_RIEUL_DIGITS, _OPEN_DIGITS = "178", "2459"  # 일 칠 팔; 이 사 오 구; the rest end in a consonant
_RIEUL_LETTERS, _CLOSED_LETTERS = "LR", "MN"  # 엘 알; 엠 엔
_FIRST_SYLLABLE, _FINALS, _RIEUL = 0xAC00, 28, 8


def with_particle(word: str, pair: Pair) -> str:
    """The word with the right form of a particle: `("한국전력공사(춘천)", "은/는")` gives `…는`."""
    return word + particle(word, pair)


def particle(word: str, pair: Pair) -> str:
    """The form of a particle after a word, or both (`은(는)`) where its last sound is unknown."""
    closed, opened = pair.split("/")
    final = final_of(word)
    if final is None:
        return "(으)로" if pair == "으로/로" else f"{closed}({opened})"
    is_open = final == "none" or (final == "rieul" and pair == "으로/로")
    return opened if is_open else closed


def final_of(word: str) -> Final | None:
    """How a word ends when read aloud; None when nothing in it can be read."""
    read = _read_part(unicodedata.normalize("NFKC", word))
    if not read:
        return None
    last = read[-1]
    if "가" <= last <= "힣":
        final = (ord(last) - _FIRST_SYLLABLE) % _FINALS
        return "none" if final == 0 else "rieul" if final == _RIEUL else "other"
    if last == "%" or _UNIT.search(read):
        return "none"
    number = _NUMBER.search(read)
    return _of_number(number.group()) if number else _of_latin(read)


def _read_part(word: str) -> str:
    """The word without brackets and without what follows its last readable character.

    A word that is nothing but brackets is read all the same.
    """
    bare = word
    while (shorter := _BRACKETED.sub("", bare)) != bare:
        bare = shorter
    found = [*_SOUND.finditer(bare)] or [*_SOUND.finditer(bare := word)]
    return bare[: found[-1].end()] if found else ""


def _of_number(number: str) -> Final:
    """By the last digit; a round number ends in 십 백 천 만 억, all of them closed as 영 is."""
    last = number[-1]
    return "rieul" if last in _RIEUL_DIGITS else "none" if last in _OPEN_DIGITS else "other"


def _of_latin(read: str) -> Final:
    """Capitals and single letters by their names (엘, 엠), words by their sound (mall is 몰)."""
    letters = _LATIN.search(read)
    word = letters.group() if letters else read[-1]
    last = word[-1].upper()
    if last == "R" and word[-1] == "r" and len(word) > 1:
        return "none"  # center is 센터
    if last in _RIEUL_LETTERS:
        return "rieul"
    is_nasal = last in _CLOSED_LETTERS or (len(word) > 1 and word.endswith("ng"))
    return "other" if is_nasal else "none"
