"""What to wait for when Redis or Kafka is away, and what no waiting mends."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kafka.errors import SaslAuthenticationFailedError
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from streams.contract.errors import SettingsError
from streams.kafka.clients import KAFKA_AWAY

AWAY = (RedisError, *KAFKA_AWAY)
MAX_REASON = 300  # characters of an error that the log shows


def reason_of(error: Exception) -> str:
    """An error as the log shows it."""
    return f"{type(error).__name__} {error}"[:MAX_REASON]


def waiting(log: logging.Logger, for_what: str) -> Callable[[Exception], bool]:
    """Whether an error means that something is away; the log says so each time."""

    def is_away(error: Exception) -> bool:
        if not isinstance(error, AWAY):
            return False
        store = "Redis" if isinstance(error, RedisError) else "Kafka"
        log.warning("waiting for %s", store, extra={"to": for_what, "error": reason_of(error)})
        return True

    return is_away


@contextmanager
def refused_for_good() -> Iterator[None]:
    """Raise SettingsError for what Redis or Kafka refuses and will refuse again."""
    try:
        yield
    except AuthenticationError as error:
        raise SettingsError(f"Redis refuses BOMNAE_REDIS_PASSWORD: {error}") from None
    except NoPermissionError as error:
        raise SettingsError(f"the Redis user lacks a right: {error}") from None
    except SaslAuthenticationFailedError:
        raise SettingsError("the Kafka cluster refuses BOMNAE_KAFKA_USER") from None
