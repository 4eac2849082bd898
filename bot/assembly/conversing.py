"""From a message that was received to an answer that arrives."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from aiohttp import ClientSession

from bot.assembly.core import Core, now
from bot.channels import Channel, Parcel
from bot.confirmations import Confirmations
from bot.inbox import Inbox
from bot.log_channel import LogChannel
from bot.media import MediaJob, MediaJobs
from bot.messages import Answer, InboundMessage
from bot.outbox import Outbox
from bot.reception import Reception
from bot.settings import Settings
from bot.texts import Texts
from bot.turns import Turns
from connectors.telegram.channel import TelegramChannel
from connectors.telegram.client import build_bot
from connectors.whatsapp.channel import WhatsAppChannel
from connectors.whatsapp.graph import GraphClient

_FETCHING: Final = ("rest", "web")  # channels that come for their answers


@dataclass(frozen=True, slots=True)
class Conversing:
    """From a message that was received to an answer that arrives."""

    turns: Turns
    inbox: Inbox
    outbox: Outbox
    reception: Reception
    media: MediaJobs
    push: Mapping[str, Channel]  # on which citizens can be written to


def push_channels(settings: Settings, http: ClientSession, texts: Texts) -> dict[str, Channel]:
    """Return the channels on which citizens can be written to, as far as they are set up."""
    channels: dict[str, Channel] = {}
    if settings.telegram:
        channels["telegram"] = TelegramChannel(build_bot(settings.telegram), texts)
    if settings.whatsapp:
        channels["whatsapp"] = WhatsAppChannel(GraphClient(http, settings.whatsapp), now)
    return channels


def build_conversing(core: Core, push: Mapping[str, Channel]) -> Conversing:
    """Return what leads from a message to its answer."""
    stores, metrics, texts = core.stores, core.metrics, core.texts
    upload = {"upload": f"{core.settings.public_url}/widget/"}
    turns = Turns(
        stores.conversations, core.agent, stores.attachments, texts, now, core.drafts, upload
    )

    language_of = stores.conversations.language_of

    async def deliver(message: InboundMessage, answer: Answer) -> None:
        if message.channel in push:
            language = await language_of(message.conversation) or message.language
            parcel = Parcel(f"answer:{message.key}", message.conversation, answer, language)
            await outbox.put(parcel)

    async def tell_of_file(job: MediaJob, reason: str) -> None:
        text = texts.say(f"gateway_file_{reason}", await language_of(job.conversation), **upload)
        await outbox.put(Parcel(f"file:{job.id}", job.conversation, Answer(text)))

    inbox = Inbox(stores.inbox, turns, texts, deliver=deliver)
    fetching = {name: LogChannel(name, inbox, now) for name in _FETCHING}
    outbox = Outbox(
        stores.outbox,
        stores.contacts,
        {**fetching, **push},
        confirmations=Confirmations(
            stores.outbox,
            lambda channel: reception.is_behind(channel),  # noqa: PLW0108 - it comes below
        ),
    )
    media = MediaJobs(
        stores.media,
        stores.attachments,
        push,
        tell_of_file,
        lambda outcome: metrics.files.labels(outcome).inc(),
    )
    reception = Reception(
        stores.events, push, inbox, outbox, stores.contacts, media, metrics.count_received
    )
    return Conversing(turns, inbox, outbox, reception, media, push)
