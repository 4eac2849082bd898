"""Work that comes round, channels that are probed, and notices for those who come for them."""

import asyncio

from bot.channels import Contact, Failure
from bot.health import Health
from bot.inbox import Inbox
from bot.log_channel import LogChannel
from bot.metrics import Metrics
from bot.rounds import Rounds
from bot.texts import Texts
from bot.turns import Turns
from tests.builders import NOON
from tests.fakes import AttachmentShelf, RecordingConversations, RecordingInbox, ScriptedAgent
from tests.push import Pacing, ScriptedChannel, failing, parcel, until


def gauge(metrics: Metrics, name: str) -> float | None:
    return metrics.registry.get_sample_value("shakwa_channel_up", {"channel": name})


async def test_a_channel_that_refuses_us_is_shown_and_another_is_not_touched() -> None:
    metrics = Metrics()
    dead = ScriptedChannel(script=[failing(Failure.CREDENTIALS)])
    health = Health({"telegram": dead, "whatsapp": ScriptedChannel(name="whatsapp")}, metrics)

    await health.probe()

    assert health.states == {"telegram": "refused", "whatsapp": "ok"}
    assert (gauge(metrics, "telegram"), gauge(metrics, "whatsapp")) == (0, 1)


async def test_a_channel_that_cannot_be_reached_is_not_called_refused() -> None:
    health = Health({"telegram": ScriptedChannel(script=[failing(Failure.TRANSIENT)])}, Metrics())

    await health.probe()

    assert health.states == {"telegram": "unreachable"}


async def test_a_channel_that_comes_back_is_ok_again() -> None:
    channel = ScriptedChannel(script=[failing(Failure.CREDENTIALS)])
    health = Health({"telegram": channel}, Metrics())
    await health.probe()

    await health.probe()

    assert health.states == {"telegram": "ok"}


async def test_a_round_that_fails_is_followed_by_the_next() -> None:
    done: list[int] = []

    async def work() -> None:
        done.append(len(done))
        if len(done) == 1:
            raise OSError

    rounds = Rounds(Pacing().sleep)
    rounds.start("work", 5.0, work)
    await until(lambda: len(done) >= 3)
    await rounds.stop()


async def test_a_notice_for_the_web_waits_in_the_log_and_wakes_an_open_page() -> None:
    store = RecordingInbox()
    turns = Turns(
        RecordingConversations(), ScriptedAgent(), AttachmentShelf(), Texts({}), lambda: NOON
    )
    inbox = Inbox(store, turns, Texts({}))
    channel = LogChannel("web", inbox, lambda: NOON)

    with inbox.watch("web:a") as changed:
        await channel.send(parcel("notice:1", "web:a"), Contact("web:a"))
        await asyncio.wait_for(changed.wait(), 1)

    assert store.told == {"notice:1": ("web:a", parcel().answer)}
