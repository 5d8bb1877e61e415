"""The key that signs links: one for all who share a database, made by whoever asks first."""

import asyncio

from watchbill.engine.signing_key import signing_key
from watchbill.store.store import Store, open_store


async def test_everybody_gets_the_same_key_and_those_who_ask_at_once_too(store: Store) -> None:
    other = open_store(store.url)
    found = await asyncio.gather(*(signing_key(one) for one in (store, other) * 4))
    await other.close()
    assert len(set(found)) == 1
    assert len(found[0]) == 64
    assert await signing_key(store) == found[0]
