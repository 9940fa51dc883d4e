"""The page of a refusal: what happened, what to do about it, and where its reader may go. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from streams.words.catalogue import Phrase, has_word, phrase


@dataclass(frozen=True, slots=True)
class WayOn:
    """A way on: where it leads, and what it is called."""

    href: str
    word: Phrase


@dataclass(frozen=True, slots=True)
class RefusedPage:
    """`text` says what happened, `todo` what its reader can do. `code` is for whoever asks for
    help; `what` is what was asked for, "" where that says nothing.
    """

    status: int
    code: str
    title: Phrase
    text: Phrase
    todo: Phrase
    ways: tuple[WayOn, ...]
    what: str = ""


def refusal_of(
    status: int, code: str, text: Phrase, *, may: Collection[str], account: str, again: str
) -> RefusedPage:
    """The facts of the page. `may` is all its reader may do; `again` is the address that may work
    when it is tried once more, "" where there is none.
    """
    title = phrase("missing.head") if status == 404 else phrase("refusal.head")
    todo = f"todo.{code}" if has_word(f"todo.{code}") else "todo.other"
    ways = [WayOn(again, phrase("refusal.again"))] if again else []
    ways += ways_of(may, account)
    return RefusedPage(status, code, title, text, phrase(todo), tuple(ways))


def ways_of(may: Collection[str], account: str) -> list[WayOn]:
    """The pages somebody may open, and their own account or the login."""
    ways = [
        WayOn(href, phrase(word))
        for permission, href, word in (
            ("see", "/", "missing.map"),
            ("answer", "/desk", "desk"),
            ("records", "/records", "records.title"),
            ("accounts", "/accounts", "accounts.title"),
        )
        if permission in may
    ]
    if account or not ways:
        ways.append(WayOn("/login", phrase("refusal.account" if account else "login.title")))
    return ways
