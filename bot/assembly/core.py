"""What every channel works with: the stores, the jurisdiction, the words, the agent."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from aiohttp import ClientSession

from bot.agent import RasaAgent
from bot.drafts import MovingDrafts, load_phrases
from bot.jurisdiction import Jurisdiction, load_jurisdiction
from bot.metrics import Metrics
from bot.settings import ROOT, Settings
from bot.texts import Texts, load_texts
from cases.access import AccessKeys
from cases.following import Following
from storage.attachments import MongoAttachments
from storage.cases import MongoCases
from storage.contacts import MongoContacts
from storage.conversations import MongoConversations
from storage.database import Database
from storage.events import MongoEvents
from storage.guesses import MongoGuesses
from storage.inbox import MongoInbox
from storage.media import MongoMedia
from storage.outbox import MongoOutbox
from storage.resume_codes import MongoResumeCodes

_WORDS: Final = ROOT / "nlu" / "data" / "responses"
_PHRASES: Final = ROOT / "bot" / "words.yml"


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


def build_core(settings: Settings, stores: Stores, http: ClientSession) -> Core:
    """Return the core of a deployment with these settings."""
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
            links_of(settings),
            load_phrases(_PHRASES),
        ),
        following=Following(
            stores.cases, stores.guesses, keys, country, now, people=stores.contacts
        ),
    )


def links_of(settings: Settings) -> dict[str, str]:
    """Return where a draft can go on, with `{code}` for the code."""
    links: dict[str, str] = {}
    if settings.telegram and settings.telegram.name:
        links["telegram"] = f"https://t.me/{settings.telegram.name}?start={{code}}"
    if settings.whatsapp and settings.whatsapp.number:
        links["whatsapp"] = f"https://wa.me/{settings.whatsapp.number}?text={{code}}"
    if settings.public_url:
        links["web"] = f"{settings.public_url}/widget/"
    return links
