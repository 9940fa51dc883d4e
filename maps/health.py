"""`python -m maps.health`: whether this machine's map server shows the state of now; for health
checks.
"""

import ssl
import sys
import urllib.error
import urllib.request

from streams.contract import cli
from streams.contract.settings import Settings

WITHIN_S = 5.0


def _reason(settings: Settings) -> str:
    """Why it is not ready, "" when it is; OSError where nobody answers."""
    scheme, context = "http", None
    if settings.tls:
        scheme, context = "https", ssl.create_default_context()
        context.check_hostname = False  # it asks itself on loopback: no name of the certificate
        context.verify_mode = ssl.CERT_NONE
    address = f"{scheme}://127.0.0.1:{settings.http.port}/readyz"
    try:
        with urllib.request.urlopen(address, timeout=WITHIN_S, context=context):  # noqa: S310 - of http or https
            return ""
    except urllib.error.HTTPError as refused:
        return f"/readyz answers {refused.code}"


def main() -> int:
    """0 when it is ready, 1 with the reason on stderr, 2 for settings that are wrong."""
    return cli.health(_reason)


if __name__ == "__main__":
    sys.exit(main())
