"""What `python -m producers check` says: each line in every language, Korean first."""

from streams.words.catalogue import Value, has_word, languages, word


def every(code: str, /, **values: Value) -> str:
    """The words of every language: "파일 · file"."""
    return " · ".join(word(language, code, **values) for language in languages())


def why(code: str, detail: str) -> str:
    """The code of a refusal in plain words, with what exactly was met."""
    said = every(f"code.{code}") if has_word(f"code.{code}") else code
    return f"{said} ({detail})" if detail else said


def of_flag(flag: str) -> str:
    """A row's flag in a few words, else as the screens say it, else itself."""
    codes = (f"check.flag.{flag}", f"flag.{flag}")
    return next((every(code) for code in codes if has_word(code)), flag)
