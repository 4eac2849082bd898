"""The ways in: web chat and pages, the APIs, and what receives from the platforms."""

from bot.assembly.conversing import Conversing
from bot.assembly.core import Core, links_of, now
from bot.case_api import CaseApi
from bot.notices import Notices
from bot.operator_api import OperatorApi
from cases.casework import Casework
from cases.intake import Intake
from connectors.rest import RestConnector
from connectors.telegram.channel import TelegramChannel
from connectors.telegram.connector import TelegramConnector
from connectors.web.chat import Parts as ChatParts
from connectors.web.chat import WebChat
from connectors.web.pages import Channel as PageChannel
from connectors.web.pages import Pages, Service
from connectors.web.visits import Guard
from connectors.whatsapp.webhook import WhatsAppWebhook
from storage.database import MESSAGES_KEPT
from storage.sessions import MongoSessions, sender_of


def build_rest(core: Core, conversing: Conversing) -> RestConnector:
    """Return the REST channel."""
    stores = core.stores
    return RestConnector(
        conversing.inbox,
        stores.inbox,
        stores.conversations,
        stores.attachments,
        core.texts,
        core.metrics,
    )


def build_chat(core: Core, conversing: Conversing, guard: Guard) -> WebChat:
    """Return the chat of websites."""
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


def build_pages(core: Core, guard: Guard) -> Pages:
    """Return the service's own pages."""
    return Pages(_service(core), core.following, guard)


def _service(core: Core) -> Service:
    settings, jurisdiction = core.settings, core.jurisdiction
    links = links_of(settings)
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


def build_apis(
    core: Core, conversing: Conversing, notices: Notices
) -> tuple[CaseApi, OperatorApi]:
    """Return what the agent and operators call."""
    routing, cases = core.jurisdiction.routing, core.stores.cases
    intake = Intake(cases, routing, core.keys, now)
    case_api = CaseApi(intake, core.following, core.metrics, routing.time_zone)
    casework = Casework(cases, routing.country, now)
    return case_api, OperatorApi(casework, notices, conversing.outbox, core.jurisdiction)


def build_telegram(core: Core, conversing: Conversing) -> TelegramConnector | None:
    """Return what receives from Telegram, if it is set up."""
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


def build_whatsapp(core: Core, conversing: Conversing) -> list[WhatsAppWebhook]:
    """Return what receives from WhatsApp; nothing when it is not set up."""
    whatsapp = core.settings.whatsapp
    return [WhatsAppWebhook(whatsapp, conversing.reception.keep, now)] if whatsapp else []
