"""The provider of the tests with one address more: it signs whatever claims it is posted, as a
provider does that tells of a logout by itself. `python -m tests.services.logout_provider`.
"""

import json
import os
import sys

import flask
from oidc_provider_mock import User, app  # type: ignore[import-untyped]
from oidc_provider_mock._app import storage  # type: ignore[import-untyped]

PATH = "/signed"


def main() -> None:
    """The port, then what is known of each person, as JSON."""
    port, *people = sys.argv[1:]
    claims = [json.loads(each) for each in people]
    made = app(user_claims=[User(sub=each.pop("sub"), claims=each) for each in claims])
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # both run on one machine

    @made.post(PATH)  # type: ignore[untyped-decorator]
    def signed() -> str:
        from joserfc import jwk, jwt  # noqa: PLC0415 - in this process alone

        key = jwk.RSAKey.import_key(storage.jwk.as_dict(is_private=True))
        header = {"alg": "RS256", "kid": storage.jwk.thumbprint()}
        return str(jwt.encode(header, flask.request.get_json(), key))

    made.run(port=int(port))


if __name__ == "__main__":
    main()
