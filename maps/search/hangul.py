"""Korean letters: taken apart into jamo, down to initials, and typed on a Latin keyboard. Pure."""

import re

INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
FINALS: tuple[str, ...] = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_CLUSTERS = {
    "ㄳ": "ㄱㅅ",
    "ㄵ": "ㄴㅈ",
    "ㄶ": "ㄴㅎ",
    "ㄺ": "ㄹㄱ",
    "ㄻ": "ㄹㅁ",
    "ㄼ": "ㄹㅂ",
    "ㄽ": "ㄹㅅ",
    "ㄾ": "ㄹㅌ",
    "ㄿ": "ㄹㅍ",
    "ㅀ": "ㄹㅎ",
    "ㅄ": "ㅂㅅ",
}
_VOWEL_PAIRS = {
    "ㅗㅏ": "ㅘ",
    "ㅗㅐ": "ㅙ",
    "ㅗㅣ": "ㅚ",
    "ㅜㅓ": "ㅝ",
    "ㅜㅔ": "ㅞ",
    "ㅜㅣ": "ㅟ",
    "ㅡㅣ": "ㅢ",
}
_FINAL_PAIRS = {pair: cluster for cluster, pair in _CLUSTERS.items()}
_FIRST, _LAST = "가", "힣"
_ON_KEYS: dict[str, str] = dict(
    zip(
        "qwertyuiopasdfghjklzxcvbnm",
        "ㅂㅈㄷㄱㅅㅛㅕㅑㅐㅔㅁㄴㅇㄹㅎㅗㅓㅏㅣㅋㅌㅊㅍㅠㅜㅡ",
        strict=True,
    )
) | dict(zip("QWERTOP", "ㅃㅉㄸㄲㅆㅒㅖ", strict=True))
_LATIN_RUN = re.compile("[A-Za-z]{2,}")


def is_initial(char: str) -> bool:
    """Whether a letter is a lone consonant, which stands for a whole syllable."""
    return char in INITIALS


def loosened(text: str) -> str:
    """Clusters typed by accident apart again: ㄳ, as ㄱ and ㅅ join on a keyboard."""
    return "".join(_CLUSTERS.get(char, char) for char in text)


def jamo(text: str) -> str:
    """Each syllable as its two to four letters; anything else as it is."""
    return "".join(_letters(char) for char in text)


def _letters(char: str) -> str:
    if not _FIRST <= char <= _LAST:
        return char
    place = ord(char) - ord(_FIRST)
    final = FINALS[place % 28]
    return INITIALS[place // 588] + VOWELS[place // 28 % 21] + _CLUSTERS.get(final, final)


def initials(text: str) -> str:
    """Each syllable as its initial consonant; as long as the text."""
    return "".join(
        INITIALS[(ord(char) - ord(_FIRST)) // 588] if _FIRST <= char <= _LAST else char
        for char in text
    )


def typed_korean(text: str) -> str:
    """What Latin letters say on a Korean keyboard (두벌식): wnddkdfh is 중앙로."""
    return _LATIN_RUN.sub(lambda run: composed(_keyed(str(run[0]))), text)


def _keyed(run: str) -> str:
    return "".join(_ON_KEYS.get(char) or _ON_KEYS[char.lower()] for char in run)


def composed(letters: str) -> str:
    """Jamo put together into syllables as a keyboard does; what does not fit stays alone."""
    done: list[str] = []
    first = vowel = final = ""
    for letter in letters:
        if letter in VOWELS:
            if final:  # the last consonant begins the next syllable
                kept, moved = _parted(final)
                done.append(_syllable(first, vowel, kept))
                first, vowel, final = moved, letter, ""
            elif vowel and (pair := _VOWEL_PAIRS.get(vowel + letter)):
                vowel = pair
            elif vowel or not first:
                done.append(_syllable(first, vowel, ""))
                first, vowel = "", letter
            else:
                vowel = letter
        elif first and vowel and (joined := _final(final, letter)):
            final = joined
        else:
            done.append(_syllable(first, vowel, final))
            first, vowel, final = letter, "", ""
    return "".join([*done, _syllable(first, vowel, final)])


def _final(final: str, letter: str) -> str:
    """The final consonant with one more letter, "" where the two do not join."""
    if final:
        return _FINAL_PAIRS.get(final + letter, "")
    return letter if letter in FINALS else ""


def _parted(final: str) -> tuple[str, str]:
    """What stays of a final consonant, and the letter that moves to the next syllable."""
    pair = _CLUSTERS.get(final, final)
    return pair[:-1], pair[-1]


def _syllable(first: str, vowel: str, final: str) -> str:
    if not (first and vowel):
        return first + vowel + final
    place = (INITIALS.index(first) * 21 + VOWELS.index(vowel)) * 28 + FINALS.index(final)
    return chr(ord(_FIRST) + place)
