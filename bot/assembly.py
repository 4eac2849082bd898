"""What a deployment is built of: stores, connectors and the work between them."""

import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from aiohttp import ClientSession

from bot.agent import RasaAgent
from bot.case_api import CaseApi
from bot.channels import Channel, Parcel
from bot.confirmations import Confirmations
from bot.drafts import MovingDrafts, load_phrases
from bot.health import Health
from bot.inbox import Inbox
from bot.jurisdiction import Jurisdiction, load_jurisdiction
from bot.log_channel import LogChannel
from bot.media import MediaJob, MediaJobs
from bot.messages import Answer, InboundMessage
from bot.metrics import Metrics
from bot.notices import Notices
from bot.operator_api import OperatorApi
from bot.outbox import Outbox
from bot.reception import Reception
from bot.rounds import Rounds
from bot.routes import Route
from bot.settings import ROOT, Settings
from bot.texts import Texts, load_texts
from bot.turns import Turns
from cases.access import AccessKeys
from cases.casework import Casework
from cases.following import Following
from cases.intake import Intake
from connectors.rest import RestConnector
from connectors.telegram.channel import TelegramChannel
from connectors.telegram.client import build_bot
from connectors.telegram.connector import TelegramConnector
from connectors.web.chat import Parts as ChatParts
from connectors.web.chat import WebChat
from connectors.web.pages import Channel as PageChannel
from connectors.web.pages import Pages, Service
from connectors.web.visits import Guard
from connectors.whatsapp.channel import WhatsAppChannel
from connectors.whatsapp.graph import GraphClient
from connectors.whatsapp.webhook import WhatsAppWebhook
from storage.attachments import MongoAttachments
from storage.cases import MongoCases
from storage.contacts import MongoContacts
from storage.conversations import MongoConversations
from storage.database import MESSAGES_KEPT, Database, connect
from storage.events import MongoEvents
from storage.guesses import MongoGuesses
from storage.inbox import MongoInbox
from storage.media import MongoMedia
from storage.outbox import MongoOutbox
from storage.resume_codes import MongoResumeCodes
from storage.sessions import MongoSessions, sender_of

_WORDS: Final = ROOT / "nlu" / "data" / "responses"
_PHRASES: Final = ROOT / "bot" / "words.yml"
_COUNTED: Final = 100
_FETCHING: Final = ("rest", "web")  # channels that come for their answers
_SECONDS: Final = {"notices": 5.0, "probes": 300.0, "unconfirmed": 60.0}
_SILENT: Final = timedelta(minutes=5)  # a message of which its channel says nothing so long


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything that is kept, over one database."""

    database: Database
    inbox: MongoInbox
    outbox: MongoOutbox
    events: MongoEvents
    media: MongoMedia
    contacts: MongoContacts
    conversations: MongoConversations
    attachments: MongoAttachments
    cases: MongoCases
    guesses: MongoGuesses
    codes: MongoResumeCodes

    @classmethod
    def of(cls, database: Database) -> "Stores":
        """Open the stores of a database."""
        return cls(
            database=database,
            inbox=MongoInbox(database),
            outbox=MongoOutbox(database, now),
            events=MongoEvents(database),
            media=MongoMedia(database),
            contacts=MongoContacts(database),
            conversations=MongoConversations(database),
            attachments=MongoAttachments(database, now),
            cases=MongoCases(database),
            guesses=MongoGuesses(database, now),
            codes=MongoResumeCodes(database),
        )


@dataclass(frozen=True, slots=True)
class Core:
    """What every channel works with."""

    settings: Settings
    stores: Stores
    jurisdiction: Jurisdiction
    keys: AccessKeys
    metrics: Metrics
    texts: Texts
    agent: RasaAgent
    drafts: MovingDrafts
    following: Following


@dataclass(frozen=True, slots=True)
class Conversing:
    """From a message that was received to an answer that arrives."""

    turns: Turns
    inbox: Inbox
    outbox: Outbox
    reception: Reception
    media: MediaJobs
    push: Mapping[str, Channel]  # on which citizens can be written to


@dataclass(frozen=True, slots=True)
class Parts:
    """What a running gateway is made of."""

    core: Core
    conversing: Conversing
    notices: Notices
    health: Health
    rounds: Rounds
    chat: WebChat
    telegram: TelegramConnector | None
    routes: list[Route]

    async def start(self) -> dict[str, int]:
        """Take up what was left at the last stop, then take what comes; return how much it was."""
        work = self.conversing
        left = {
            "messages": await work.inbox.recover(),
            "parcels": await work.outbox.recover(),
            "files": await work.media.start(),
            "events": await work.reception.start(),
        }
        self.rounds.start("notices", _SECONDS["notices"], self.notices.tell)
        self.rounds.start("probes", _SECONDS["probes"], self.health.probe)
        self.rounds.start("unconfirmed", _SECONDS["unconfirmed"], self._watch_outbox)
        if self.telegram:
            await self.telegram.start()
        return left

    async def _watch_outbox(self) -> None:
        outbox, metrics = self.core.stores.outbox, self.core.metrics
        metrics.dead_letters.set(len(await outbox.dead(_COUNTED)))
        for name, channel in self.conversing.push.items():
            if channel.confirms:
                silent = await outbox.unconfirmed(name, now() - _SILENT)
                metrics.unconfirmed.labels(name).set(silent)


async def assemble(settings: Settings, stack: AsyncExitStack) -> Parts:
    """Open what the gateway needs; the stack closes it."""
    database = await stack.enter_async_context(
        connect(settings.mongodb_uri, embedded=settings.embedded_store)
    )
    http = await stack.enter_async_context(ClientSession())
    core = _core(settings, Stores.of(database), http)
    conversing = _conversing(core, _push_channels(settings, http, core.texts))
    parts = _parts(core, conversing)
    # The last one pushed is the first one stopped: nothing comes in while the rest ends.
    for stop in (
        *([parts.telegram.channel.close] if parts.telegram else []),
        conversing.outbox.stop,
        conversing.inbox.stop,
        conversing.media.stop,
        conversing.reception.stop,
        parts.rounds.stop,
        *([parts.telegram.stop] if parts.telegram else []),
    ):
        stack.push_async_callback(stop)
    return parts


def _core(settings: Settings, stores: Stores, http: ClientSession) -> Core:
    jurisdiction = load_jurisdiction(ROOT / "jurisdictions" / settings.jurisdiction)
    keys = AccessKeys(settings.secret_key.encode())
    texts = load_texts(_WORDS / "gateway.yml", _WORDS / "notices.yml")
    country = jurisdiction.routing.country
    return Core(
        settings=settings,
        stores=stores,
        jurisdiction=jurisdiction,
        keys=keys,
        metrics=Metrics(),
        texts=texts,
        agent=RasaAgent(http, settings.agent_url, settings.internal_token),
        drafts=MovingDrafts(
            stores.conversations,
            stores.codes,
            stores.contacts,
            stores.guesses,
            keys,
            texts,
            now,
            _links(settings),
            load_phrases(_PHRASES),
        ),
        following=Following(
            stores.cases, stores.guesses, keys, country, now, people=stores.contacts
        ),
    )


def _links(settings: Settings) -> dict[str, str]:
    """Return where a draft can go on, with `{code}` for the code."""
    links: dict[str, str] = {}
    if settings.telegram and settings.telegram.name:
        links["telegram"] = f"https://t.me/{settings.telegram.name}?start={{code}}"
    if settings.whatsapp and settings.whatsapp.number:
        links["whatsapp"] = f"https://wa.me/{settings.whatsapp.number}?text={{code}}"
    if settings.public_url:
        links["web"] = f"{settings.public_url}/widget/"
    return links


def _push_channels(settings: Settings, http: ClientSession, texts: Texts) -> dict[str, Channel]:
    channels: dict[str, Channel] = {}
    if settings.telegram:
        channels["telegram"] = TelegramChannel(build_bot(settings.telegram), texts)
    if settings.whatsapp:
        channels["whatsapp"] = WhatsAppChannel(GraphClient(http, settings.whatsapp), now)
    return channels


def _conversing(core: Core, push: Mapping[str, Channel]) -> Conversing:
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


def _parts(core: Core, conversing: Conversing) -> Parts:
    settings, stores, metrics = core.settings, core.stores, core.metrics
    guard = Guard.build(settings.secret_key, settings.proxies, time.monotonic, time.time)
    chat = _chat(core, conversing, guard)
    rest = RestConnector(
        conversing.inbox,
        stores.inbox,
        stores.conversations,
        stores.attachments,
        core.texts,
        metrics,
    )
    notices = Notices(
        news=stores.cases,
        people=stores.contacts,
        turns=conversing.turns,
        outbox=conversing.outbox,
        texts=core.texts,
        jurisdiction=core.jurisdiction,
        push=frozenset(conversing.push),
    )
    telegram = _telegram(core, conversing)
    routed = [
        rest,
        chat,
        Pages(_service(core), core.following, guard),
        *_apis(core, conversing, notices),
        *([telegram] if telegram else []),
        *_whatsapp(core, conversing),
    ]
    return Parts(
        core=core,
        conversing=conversing,
        notices=notices,
        health=Health(conversing.push, metrics),
        rounds=Rounds(),
        chat=chat,
        telegram=telegram,
        routes=[route for one in routed for route in one.routes],
    )


def _chat(core: Core, conversing: Conversing, guard: Guard) -> WebChat:
    return WebChat(
        ChatParts(
            inbox=conversing.inbox,
            log=core.stores.inbox,
            sessions=MongoSessions(core.stores.database, now),
            attachments=core.stores.attachments,
            guard=guard,
            texts=core.texts,
            metrics=core.metrics,
            clock=now,
            sender_of=sender_of,
            origins=core.settings.web_origins,
        )
    )


def _apis(core: Core, conversing: Conversing, notices: Notices) -> tuple[CaseApi, OperatorApi]:
    routing, cases = core.jurisdiction.routing, core.stores.cases
    intake = Intake(cases, routing, core.keys, now)
    case_api = CaseApi(intake, core.following, core.metrics, routing.time_zone)
    casework = Casework(cases, routing.country, now)
    return case_api, OperatorApi(casework, notices, conversing.outbox, core.jurisdiction)


def _telegram(core: Core, conversing: Conversing) -> TelegramConnector | None:
    settings, channel = core.settings, conversing.push.get("telegram")
    if settings.telegram is None or not isinstance(channel, TelegramChannel):
        return None
    derived = core.keys.hashed(f"telegram webhook {settings.telegram.token}")
    return TelegramConnector(
        channel,
        settings.telegram,
        conversing.reception.keep,
        settings.public_url,
        now,
        secret=settings.telegram.webhook_secret or derived,
    )


def _whatsapp(core: Core, conversing: Conversing) -> list[WhatsAppWebhook]:
    whatsapp = core.settings.whatsapp
    return [WhatsAppWebhook(whatsapp, conversing.reception.keep, now)] if whatsapp else []


def _service(core: Core) -> Service:
    settings, jurisdiction = core.settings, core.jurisdiction
    links = {**_links(settings)}
    links.pop("web", None)
    return Service(
        names=jurisdiction.names,
        emergency=jurisdiction.emergency,
        answer_within_days=jurisdiction.routing.answer_within_days,
        messages_kept_days=MESSAGES_KEPT.days,
        address=settings.public_url,
        origins=settings.web_origins,
        channels=[PageChannel(name, link.partition("?")[0]) for name, link in links.items()],
    )
