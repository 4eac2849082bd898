"""What becomes of a parcel that its channel did not take."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final

from bot.channels import Channel, Failure, Parcel, SendFailedError
from bot.messages import Answer
from bot.parcels import Contacts, OutboxStore, State
from bot.pauses import Pauses

_LOG: Final = logging.getLogger(__name__)
MOST_TRIES: Final = 8
_FIRST_PAUSE: Final = 1.0  # seconds
_LONGEST_PAUSE: Final = 300.0
_REFUSED_PAUSE: Final = 60.0  # before a channel that refuses our credentials is tried again
_RETRIED: Final = frozenset(
    {
        Failure.TRANSIENT,
        Failure.BUSY,
        Failure.AMBIGUOUS,
        Failure.HALTED,
        Failure.CREDENTIALS,
    }
)


def plain(answer: Answer) -> Answer:
    """Return an answer with its choices written out: their numbers can be typed."""
    lines = [f"{place}. {button.title}" for place, button in enumerate(answer.buttons, start=1)]
    return Answer("\n".join([answer.text, "", *lines]).strip())


class Failures:
    """Decides whether a parcel is tried again, elsewhere, later or not at all."""

    def __init__(  # noqa: PLR0913, PLR0917 - time and chance are handed in, so tests need neither
        self,
        store: OutboxStore,
        contacts: Contacts,
        channels: Mapping[str, Channel],
        pauses: Pauses,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._store, self._contacts, self._channels = store, contacts, channels
        self._pauses, self._sleep, self._chance = pauses, sleep, chance

    async def settle(self, parcel: Parcel, error: SendFailedError) -> Parcel | None:
        """Return the parcel as it must be tried again; None when it is parked or dead."""
        _LOG.warning(
            "outbox.failed",
            extra={
                "conversation_id": parcel.conversation,
                "failure": error.failure.value,
                "code": error.code,
                "attempts": parcel.attempts,
            },
        )
        parcel = replace(parcel, ids=error.ids or parcel.ids)
        match error.failure:
            case Failure.HALTED | Failure.CREDENTIALS:
                return await self._halted(parcel, error)
            case Failure.TRANSIENT | Failure.BUSY | Failure.AMBIGUOUS:
                return await self._postponed(parcel, error)
            case Failure.UNREACHABLE:
                await self._contacts.set_reachable(parcel.conversation, reachable=False)
                return await self._elsewhere(parcel, State.DEAD, error)
            case Failure.WINDOW:
                return await self._elsewhere(parcel, State.PARKED, error)
            case Failure.REFUSED:
                return await self._refused(parcel, error)

    async def _halted(self, parcel: Parcel, error: SendFailedError) -> Parcel:
        """Pause the whole channel: that is nobody's fault, and costs the parcel no try."""
        refused = error.failure is Failure.CREDENTIALS
        seconds = error.retry_after or (_REFUSED_PAUSE if refused else self.pause(2))
        await self._store.change(parcel, State.WAITING, error.failure)
        self._pauses.hold(parcel.channel, seconds)
        return replace(parcel, unsure=False)

    async def _postponed(self, parcel: Parcel, error: SendFailedError) -> Parcel | None:
        unsure = error.failure is Failure.AMBIGUOUS
        again = replace(parcel, attempts=parcel.attempts + 1, unsure=unsure)
        if again.attempts >= MOST_TRIES:
            return await self._elsewhere(again, State.DEAD, error)
        await self._store.change(again, State.SENDING if unsure else State.WAITING, error.code)
        # Its citizen alone waits, and where there are receipts those are waited for instead.
        if not (unsure and self._channels[again.channel].confirms):
            await self._sleep(error.retry_after or self.pause(again.attempts))
        return again

    async def _refused(self, parcel: Parcel, error: SendFailedError) -> Parcel | None:
        if not parcel.answer.buttons:
            return await self._elsewhere(parcel, State.DEAD, error)
        # Its shape was refused: as plain words it may pass, and nobody is left in silence.
        bare = replace(parcel, answer=plain(parcel.answer), attempts=parcel.attempts + 1)
        await self._store.change(bare, State.WAITING, error.code)
        return bare

    async def _elsewhere(
        self, parcel: Parcel, otherwise: State, error: SendFailedError
    ) -> Parcel | None:
        """Send a parcel to the next of its citizen's conversations, if there is one left."""
        if not parcel.fallbacks:
            await self._store.change(parcel, otherwise, f"{error.failure}:{error.code}")
            return None
        following, *rest = parcel.fallbacks
        moved = replace(
            parcel,
            conversation=following,
            fallbacks=tuple(rest),
            ids=(),
            attempts=0,
            unsure=False,
        )
        await self._store.change(moved, State.WAITING, error.failure)
        return (
            moved
            if moved.channel in self._channels
            else await self._elsewhere(moved, otherwise, error)
        )

    async def take_back(self, parcel: Parcel, error: SendFailedError) -> Parcel | None:
        """Return a parcel, which its channel took and lost after all, as it must be sent again."""
        again = replace(parcel, attempts=parcel.attempts + 1)
        if error.failure is Failure.WINDOW:
            # The platform's clock counts, not ours: as a template, or later.
            await self._contacts.close_window(parcel.conversation)
            return parcel
        if error.failure not in _RETRIED:
            return await self.settle(again, error)
        if again.attempts < MOST_TRIES:
            return again  # its worker waits; the other receipts do not
        return await self._elsewhere(again, State.DEAD, error)

    def pause(self, tries: int) -> float:
        """Return seconds that double with each try, so spread that not all come back at once."""
        longest = min(_FIRST_PAUSE * 2**tries, _LONGEST_PAUSE)
        return longest * (0.5 + self._chance() / 2)
