"""Tables that a command writes into documents, each between two comments."""


def between(text: str, begin: str, end: str, table: str) -> str:
    """A document's text with its table anew; raises ValueError when a comment is missing."""
    head, has_begin, rest = text.partition(begin)
    _, has_end, tail = rest.partition(end)
    if not (has_begin and has_end):
        raise ValueError(f"a document lacks {begin} or {end}")
    return f"{head}{begin}\n{table}\n{end}{tail}"
