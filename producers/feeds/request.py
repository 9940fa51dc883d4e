"""One question to a portal. Keys travel beside the shown URL and appear nowhere else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from yarl import URL

SECRET_PARAMETERS = frozenset({"servicekey", "apikey", "key", "authkey"})


@dataclass(frozen=True, slots=True)
class Request:
    """A GET. `shown` is the URL without keys; `secret` holds the parameters that are one, `headers`
    what a key travels in elsewhere.
    """

    feed: str
    shown: str
    secret: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    path_key: str = field(default="", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def real_url(self) -> URL:
        """The URL to ask; never to be logged, recorded or put into an error."""
        shown = self.shown.replace("{key}", quote(self.path_key, safe=""))
        parts = urlsplit(shown)
        query = "&".join(filter(None, (urlencode(self.secret), parts.query)))
        return URL(urlunsplit(parts._replace(query=query)), encoded=True)


def request_to(
    feed: str,
    base: str,
    parameters: Mapping[str, str | int | float],
    *,
    key_name: str = "",
    key: str = "",
) -> Request:
    """A request to `base`. A key someone wrote into the base URL itself is taken out of sight, and
    `{key}` in its path stands for the key.
    """
    parts = urlsplit(base)
    given = parse_qsl(parts.query, keep_blank_values=True)
    hidden = tuple(pair for pair in given if pair[0].lower() in SECRET_PARAMETERS)
    open_pairs = [pair for pair in given if pair not in hidden]
    query = urlencode([*open_pairs, *((name, str(value)) for name, value in parameters.items())])
    in_path = "{key}" in parts.path
    secret = hidden if in_path or not key_name or hidden else ((key_name, key),)
    host = parts.netloc.rpartition("@")[2]
    shown = urlunsplit(parts._replace(netloc=host, query=query, fragment=""))
    return Request(feed, shown, secret, key if in_path else "")
