"""What push channels deliver is kept first, and then taken once, in order, with its files."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace

import pytest

from bot.albums import Albums
from bot.background import Background
from bot.channels import (
    Delivery,
    Errand,
    Event,
    Failure,
    Happening,
    MediaGoneError,
    MediaRef,
    MediaUnavailableError,
    More,
    Presence,
    Receipt,
    Received,
)
from bot.media import MediaJob, MediaJobs
from bot.messages import InboundMessage
from bot.outbox import Outbox
from bot.parcels import State
from bot.reception import Reception
from tests.builders import NOON, message
from tests.fakes import AttachmentShelf, RecordingInbox
from tests.push import (
    ContactBook,
    EventShelf,
    MediaShelf,
    Pacing,
    ParcelShelf,
    ScriptedChannel,
    parcel,
    until,
)

PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452") + bytes(40)
PHOTO = MediaRef("file-1", "image", "photo.jpg")


class Hall:
    """A reception with all that it stands on; the inbox only receives."""

    def __init__(self) -> None:
        self.channel, self.events, self.contacts = ScriptedChannel(), EventShelf(), ContactBook()
        self.inbox, self.outbox_store, self.media = RecordingInbox(), ParcelShelf(), MediaShelf()
        self.attachments, self.pacing = AttachmentShelf(), Pacing()
        self.told: list[tuple[MediaJob, str]] = []
        self.counted: list[tuple[str, bool]] = []
        self.albums_wait = asyncio.Event()
        self.happenings: dict[str, list[Happening]] = {}
        self.channel.happenings = self.happenings
        self.build()

    def build(self) -> None:
        """Start anew over the same stores, as after a crash."""
        channels = {"telegram": self.channel}
        self.outbox = Outbox(self.outbox_store, self.contacts, channels, sleep=self.pacing.sleep)
        self.jobs = MediaJobs(
            self.media, self.attachments, channels, self._tell, sleep=self.pacing.sleep
        )
        self.reception = Reception(
            self.events,
            channels,
            self.inbox,  # pyright: ignore[reportArgumentType] - it receives, which is enough
            self.outbox,
            self.contacts,
            self.jobs,
            lambda channel, repeat: self.counted.append((channel, repeat)),
            self.pacing.sleep,
        )
        self.reception._albums = Albums(self.reception._take_album, self._quiet)

    async def _tell(self, job: MediaJob, reason: str) -> None:
        self.told.append((job, reason))

    async def _quiet(self, _seconds: float) -> None:
        await self.albums_wait.wait()

    async def delivers(self, key: str, *happenings: Happening) -> None:
        self.happenings[key] = list(happenings)
        await self.reception.keep(Event(key, "telegram", {}, NOON))

    async def rest(self) -> None:
        lanes = self.reception._lanes.values()
        await until(lambda: all(one.messages.empty() and one.receipts.empty() for one in lanes))
        for _ in range(20):
            await asyncio.sleep(0)

    @property
    def received(self) -> list[InboundMessage]:
        return list(self.inbox.received.values())


@pytest.fixture
async def hall() -> AsyncGenerator[Hall]:
    hall = Hall()
    await hall.reception.start()
    yield hall
    await hall.reception.stop()
    await hall.jobs.stop()
    await hall.outbox.stop()


def text(number: int, **changes: object) -> Received:
    return Received(message(message_id=str(number), **changes))


def photo(number: int, album: str | None = "album", **changes: object) -> Received:
    ref = MediaRef(f"file-{number}", "image", "photo.jpg")
    return Received(message(message_id=str(number), text="", **changes), (ref,), album)


async def test_an_event_is_kept_before_anything_else_and_taken_once(hall: Hall) -> None:
    await hall.delivers("e1", text(1))
    await hall.delivers("e1", text(1))
    await hall.rest()

    assert [one.message_id for one in hall.received] == ["1"]
    assert hall.events.settled == {"e1": True}


async def test_a_message_in_two_envelopes_is_counted_as_a_repeat(hall: Hall) -> None:
    await hall.delivers("e1", text(1))
    await hall.delivers("e2", text(1))
    await hall.rest()

    assert hall.counted == [("telegram", False), ("telegram", True)]


async def test_what_cannot_be_read_is_kept_as_unparsed_and_holds_up_nothing(hall: Hall) -> None:
    await hall.reception.keep(Event("odd", "telegram", {}, NOON))
    await hall.delivers("e1", text(1))
    await hall.rest()

    assert hall.events.settled == {"odd": False, "e1": True}
    assert len(hall.received) == 1


async def test_all_of_a_batch_is_taken(hall: Hall) -> None:
    await hall.delivers("e1", text(1), text(2, sender="8"), text(3))
    await hall.rest()

    assert [one.message_id for one in hall.received] == ["1", "2", "3"]


async def test_what_was_kept_before_a_crash_is_taken_after_it(hall: Hall) -> None:
    await hall.reception.stop()
    hall.build()
    await hall.delivers("e1", text(1))  # kept, and nobody there to take it
    hall.build()

    assert await hall.reception.start() == 1
    await hall.rest()

    assert len(hall.received) == 1


async def test_an_event_that_fails_is_tried_again_in_its_place(hall: Hall) -> None:
    class Shaky(RecordingInbox):
        failures = 2

        async def receive(self, message: InboundMessage) -> bool:
            if self.failures:
                self.failures -= 1
                raise OSError
            return await super().receive(message)

    hall.inbox = Shaky()
    hall.reception._inbox = hall.inbox  # pyright: ignore[reportAttributeAccessIssue]

    await hall.delivers("e1", text(1))
    await hall.delivers("e2", text(2))
    await until(lambda: len(hall.received) == 2)

    assert [one.message_id for one in hall.received] == ["1", "2"]


async def test_the_citizen_is_shown_that_their_message_came(hall: Hall) -> None:
    await hall.delivers("e1", text(1))
    await hall.rest()

    assert [one.message.message_id for one in hall.channel.acknowledged] == ["1"]


async def test_a_message_makes_its_citizen_reachable_and_frees_what_was_parked(
    hall: Hall,
) -> None:
    await hall.contacts.set_reachable("telegram:7", reachable=False)
    await hall.outbox_store.add(parcel("late"))
    await hall.outbox_store.change(parcel("late"), State.PARKED)

    await hall.delivers("e1", text(1))
    await until(lambda: hall.outbox_store.states["late"] is State.SENT)

    assert (await hall.contacts.get("telegram:7")).heard_at == NOON


async def test_a_message_goes_on_with_its_files_named_before_they_have_come(hall: Hall) -> None:
    hall.channel.files["file-1"] = [MediaUnavailableError(), PNG]

    await hall.delivers("e1", photo(1, None))
    await hall.rest()
    await until(lambda: bool(hall.media.came))

    assert hall.received[0].attachments == tuple(hall.media.jobs)
    assert hall.attachments.uploads[0][3] == PNG


async def test_a_file_that_is_gone_is_told_to_the_citizen(hall: Hall) -> None:
    hall.channel.files["file-1"] = [MediaGoneError("unreadable")]

    await hall.delivers("e1", photo(1, None))
    await until(lambda: bool(hall.told))

    assert hall.told[0][1] == "unreadable"
    assert list(hall.media.gone.values()) == ["unreadable"]


async def test_a_file_of_a_kind_that_is_not_taken_is_told_to_the_citizen(hall: Hall) -> None:
    hall.channel.files["file-1"] = [b"MZ" + bytes(9000)]

    await hall.delivers("e1", photo(1, None))
    await until(lambda: bool(hall.told))

    assert hall.told[0][1] == "type"


async def test_a_file_that_never_comes_is_given_up_and_told(hall: Hall) -> None:
    hall.channel.files["file-1"] = [MediaUnavailableError() for _ in range(12)]

    await hall.delivers("e1", photo(1, None))
    await until(lambda: bool(hall.told))

    assert not hall.attachments.uploads


async def test_a_file_that_is_not_what_the_platform_promised_is_fetched_again(hall: Hall) -> None:
    hall.channel.files["file-1"] = [PNG, PNG]
    promised = replace(photo(1, None), media=(replace(PHOTO, sha256="0" * 64),))

    await hall.delivers("e1", promised)
    await until(lambda: not hall.channel.files["file-1"])

    assert not hall.media.came


async def test_files_that_had_not_come_at_a_crash_are_fetched_after_it(hall: Hall) -> None:
    await hall.media.expect(MediaJob("job", "telegram:7", "telegram", PHOTO))
    hall.channel.files["file-1"] = [PNG]

    assert await hall.jobs.start() == 1
    await until(lambda: bool(hall.media.came))


async def test_an_event_taken_twice_expects_each_file_once(hall: Hall) -> None:
    hall.channel.files["file-1"] = [PNG]

    await hall.delivers("e1", photo(1, None))
    await hall.delivers("e2", photo(1, None))
    await until(lambda: bool(hall.media.came))

    assert len(hall.media.jobs) == 1


async def test_an_album_is_one_message_with_all_its_files_and_its_caption(hall: Hall) -> None:
    hall.channel.files = {f"file-{n}": [PNG] for n in range(1, 4)}
    await hall.delivers("e1", photo(1))
    await hall.delivers("e2", replace(photo(2), message=message(message_id="2", text="شوفوا")))
    await hall.delivers("e3", photo(3))
    await hall.rest()
    assert not hall.received
    assert not hall.events.settled

    hall.albums_wait.set()
    await until(lambda: len(hall.received) == 1)

    assert len(hall.received[0].attachments) == 3
    assert hall.received[0].text == "شوفوا"
    await until(lambda: set(hall.events.settled) == {"e1", "e2", "e3"})


async def test_what_is_written_after_an_album_comes_after_it(hall: Hall) -> None:
    hall.channel.files = {f"file-{n}": [PNG] for n in range(1, 3)}
    await hall.delivers("e1", photo(1))
    await hall.delivers("e2", photo(2))
    await hall.delivers("e3", text(3))
    await hall.rest()

    assert [one.message_id for one in hall.received] == ["1", "3"]
    assert len(hall.received[0].attachments) == 2


async def test_a_second_album_closes_the_first(hall: Hall) -> None:
    hall.channel.files = {f"file-{n}": [PNG] for n in range(1, 3)}
    await hall.delivers("e1", photo(1, "one"))
    await hall.delivers("e2", photo(2, "two"))
    await hall.rest()

    assert [one.message_id for one in hall.received] == ["1"]


async def test_an_album_of_ten_waits_no_longer(hall: Hall) -> None:
    hall.channel.files = {f"file-{n}": [PNG] for n in range(1, 11)}
    for number in range(1, 11):
        await hall.delivers(f"e{number}", photo(number))
    await hall.rest()

    assert len(hall.received[0].attachments) == 10


async def test_an_album_that_gathered_at_a_crash_comes_again(hall: Hall) -> None:
    hall.channel.files = {"file-1": [PNG, PNG]}
    await hall.delivers("e1", photo(1))
    await hall.rest()
    await hall.reception.stop()
    hall.albums_wait.set()
    hall.build()

    await hall.reception.start()
    await until(lambda: len(hall.received) == 1)

    assert len(hall.received[0].attachments) == 1


async def test_receipts_are_not_held_up_by_messages(hall: Hall) -> None:
    await hall.reception.stop()
    hall.build()
    await hall.outbox_store.add(parcel())
    background = Background()
    background.start(hall.reception._work(hall.reception._lanes["telegram"].receipts))

    await hall.delivers("e1", text(1))  # nobody takes messages
    await hall.delivers("e2", Receipt("telegram", "id-1", "a", Delivery.READ))
    await until(lambda: hall.events.settled == {"e2": True})

    assert hall.outbox_store.states["a"] is State.SENT
    await background.stop()


async def test_receipts_that_wait_are_known_to_wait(hall: Hall) -> None:
    await hall.reception.stop()
    hall.build()
    assert not hall.reception.is_behind("telegram")

    await hall.delivers("e1", Receipt("telegram", "id-1", "a", Delivery.READ))

    assert hall.reception.is_behind("telegram")
    assert not hall.reception.is_behind("web")


async def test_blocks_receipts_and_errands_are_done(hall: Hall) -> None:
    done: list[str] = []

    async def errand() -> None:
        done.append("left")

    await hall.outbox_store.add(parcel())
    await hall.delivers(
        "e1",
        Presence("telegram:7", reachable=False),
        Receipt("telegram", "id-1", "a", Delivery.FAILED, Failure.REFUSED, "1"),
        Errand(errand),
    )
    await until(lambda: done == ["left"])

    assert not (await hall.contacts.get("telegram:7")).reachable
    assert hall.outbox_store.states["a"] is State.DEAD


async def test_more_of_what_is_not_known_any_more_is_said_to_have_passed(hall: Hall) -> None:
    asked = Received(message(message_id="9", text="more:gone:9"))

    await hall.delivers("e1", More(asked, "gone", 9))
    await hall.rest()

    assert hall.received[0].remarks == ("gateway_choice_passed",)
    assert not hall.received[0].text
