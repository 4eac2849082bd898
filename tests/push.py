"""Stand-ins for push channels and for what the gateway keeps of them."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.channels import (
    Contact,
    Delivery,
    Event,
    Failure,
    Happening,
    MediaRef,
    Parcel,
    Receipt,
    Received,
    SendFailedError,
    UnreadableEventError,
)
from bot.media import MediaJob
from bot.messages import Answer, Button
from bot.parcels import DeadLetter, State
from tests.builders import NOON


def parcel(key: str = "a", conversation: str = "telegram:7", **changes: object) -> Parcel:
    return replace(Parcel(key, conversation, Answer("تم")), **changes)  # pyright: ignore[reportArgumentType]


def failing(failure: Failure, **more: object) -> SendFailedError:
    return SendFailedError(failure, "code", **more)  # pyright: ignore[reportArgumentType]


BUTTONS = (Button("نعم", "b:1:aaaaaaaa:1"), Button("لا", "b:1:aaaaaaaa:2"))


@dataclass
class ScriptedChannel:
    """Takes parcels, or raises what its script says first; parses what it is told to."""

    name: str = "telegram"
    confirms: bool = False
    script: list[Exception] = field(default_factory=list[Exception])
    happenings: Mapping[str, list[Happening]] = field(default_factory=dict[str, list[Happening]])
    files: dict[str, list[bytes | Exception]] = field(
        default_factory=dict[str, list[bytes | Exception]]
    )
    tried: list[Parcel] = field(default_factory=list[Parcel])
    sent: list[Parcel] = field(default_factory=list[Parcel])
    acknowledged: list[Received] = field(default_factory=list[Received])
    gate: asyncio.Event | None = None
    at_once: int = 0
    most_at_once: int = 0

    def parse(self, event: Event) -> list[Happening]:
        if event.key not in self.happenings:
            raise UnreadableEventError
        return self.happenings[event.key]

    async def acknowledge(self, received: Received) -> None:
        self.acknowledged.append(received)

    async def send(self, parcel: Parcel, contact: Contact) -> tuple[str, ...]:
        self.tried.append(parcel)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.gate:
                await self.gate.wait()
            if self.script:
                raise self.script.pop(0)
        finally:
            self.at_once -= 1
        self.sent.append(parcel)
        return (*parcel.ids, f"id-{len(self.sent)}")

    async def fetch(self, media: MediaRef) -> AsyncIterator[bytes]:
        found = self.files[media.ref].pop(0)
        if isinstance(found, Exception):
            raise found
        yield found

    async def probe(self) -> None:
        if self.script:
            raise self.script.pop(0)


@dataclass
class ParcelShelf:
    """Keeps parcels."""

    kept: dict[str, Parcel] = field(default_factory=dict[str, Parcel])
    states: dict[str, State] = field(default_factory=dict[str, State])
    reasons: dict[str, str] = field(default_factory=dict[str, str])

    async def add(self, parcel: Parcel) -> bool:
        if parcel.key in self.kept:
            return False
        self.kept[parcel.key], self.states[parcel.key] = parcel, State.WAITING
        return True

    async def pending(self) -> AsyncIterator[Parcel]:
        for key, kept in list(self.kept.items()):
            if self.states[key] in (State.WAITING, State.SENDING):
                yield replace(kept, unsure=self.states[key] is State.SENDING)

    async def change(self, parcel: Parcel, state: State, reason: str = "") -> None:
        self.kept[parcel.key], self.states[parcel.key] = parcel, state
        self.reasons[parcel.key] = str(reason)

    async def find(self, key: str) -> Parcel | None:
        return self.kept.get(key)

    async def is_sent(self, key: str) -> bool:
        return self.states[key] is State.SENT

    async def note(self, receipt: Receipt) -> Parcel | None:
        for key, kept in self.kept.items():
            if receipt.parcel == key or receipt.message_id in kept.ids:
                if receipt.delivery is not Delivery.FAILED:
                    self.states[key] = State.SENT
                return kept
        return None

    async def parked(self, conversation: str) -> list[Parcel]:
        return [
            kept
            for key, kept in self.kept.items()
            if self.states[key] is State.PARKED and kept.conversation == conversation
        ]

    async def dead(self, limit: int) -> list[DeadLetter]:
        keys = [key for key, state in self.states.items() if state is State.DEAD]
        return [DeadLetter(self.kept[key], self.reasons[key], NOON) for key in keys[:limit]]

    async def revive(self, key: str) -> Parcel | None:
        if self.states.get(key) is not State.DEAD:
            return None
        self.states[key] = State.WAITING
        return replace(self.kept[key], attempts=0)


@dataclass
class ContactBook:
    """Remembers what it was told of contacts."""

    known: defaultdict[str, Contact] = field(
        default_factory=lambda: defaultdict(lambda: Contact(""))
    )
    people: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    bills: set[tuple[str, str, str]] = field(default_factory=set[tuple[str, str, str]])

    async def get(self, conversation: str) -> Contact:
        return replace(self.known[conversation], conversation=conversation)

    async def heard(self, conversation: str, at: datetime, address: Mapping[str, str]) -> None:
        self.known[conversation] = Contact(conversation, heard_at=at, address=address)

    async def set_reachable(self, conversation: str, *, reachable: bool) -> None:
        self.known[conversation] = replace(self.known[conversation], reachable=reachable)

    async def close_window(self, conversation: str) -> None:
        self.known[conversation] = replace(self.known[conversation], heard_at=None)

    async def set_keyboard(self, conversation: str, message_id: str | None) -> None:
        self.known[conversation] = replace(self.known[conversation], keyboard=message_id)

    async def bill(self, conversation: str, message_id: str, price: str) -> None:
        self.bills.add((conversation, message_id, price))

    async def join(self, one: str, other: str) -> None:
        both = [*self.people.get(one, [one]), *self.people.get(other, [other])]
        self.people.update(dict.fromkeys(both, both))

    async def conversations_of(self, conversation: str) -> list[str]:
        return self.people.get(conversation, [conversation])


@dataclass
class EventShelf:
    """Keeps events."""

    kept: dict[str, Event] = field(default_factory=dict[str, Event])
    settled: dict[str, bool] = field(default_factory=dict[str, bool])

    async def keep(self, event: Event) -> bool:
        new = event.key not in self.kept
        self.kept.setdefault(event.key, event)
        return new

    async def waiting(self) -> AsyncIterator[Event]:
        for key, event in list(self.kept.items()):
            if key not in self.settled:
                yield event

    async def settle(self, keys: Sequence[str], *, parsed: bool) -> None:
        self.settled.update(dict.fromkeys(keys, parsed))


@dataclass
class MediaShelf:
    """Keeps the files that are expected."""

    jobs: dict[str, MediaJob] = field(default_factory=dict[str, MediaJob])
    came: dict[str, str] = field(default_factory=dict[str, str])
    gone: dict[str, str] = field(default_factory=dict[str, str])

    async def expect(self, job: MediaJob) -> bool:
        new = job.id not in self.jobs
        self.jobs.setdefault(job.id, job)
        return new

    async def waiting(self) -> AsyncIterator[MediaJob]:
        for job in list(self.jobs.values()):
            if job.id not in self.came and job.id not in self.gone:
                yield job

    async def kept(self, job_id: str, attachment_id: str) -> None:
        self.came[job_id] = attachment_id

    async def lost(self, job_id: str, reason: str) -> None:
        self.gone[job_id] = reason


@dataclass
class Pacing:
    """A sleep that takes no time, and remembers what it was asked for."""

    slept: list[float] = field(default_factory=list[float])
    now: float = 0.0

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


async def until(condition: Callable[[], bool]) -> None:
    """Let others work until the condition holds."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - whatever is waited for has no event
            await asyncio.sleep(0)
