"""An account by its name, for whoever has nothing else to ask Redis."""

from collections.abc import Awaitable, Callable

import msgspec
from redis.exceptions import RedisError

from streams.contract.account import Account
from streams.contract.settings import Settings
from streams.state.store import Store


def account_of(settings: Settings) -> Callable[[str], Awaitable[Account | None]]:
    """What looks an account up; OSError where Redis does not say, as after its loss."""

    async def ask(name: str) -> Account | None:
        store = Store.connect(settings)
        try:
            if await store.is_rebuilding():
                raise ConnectionError("the state is being made again")
            return await store.account(name)
        except (RedisError, msgspec.MsgspecError) as error:
            raise ConnectionError(type(error).__name__) from None
        finally:
            await store.close()

    return ask
