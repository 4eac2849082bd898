"""One deployment's settings, read once from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

ROOT = Path(__file__).parents[1]
_BOT_API: Final = "https://api.telegram.org"
_GRAPH: Final = "https://graph.facebook.com/v26.0"
_MEDIA_HOSTS: Final = frozenset({"lookaside.fbsbx.com"})
_WHATSAPP: Final = ("WHATSAPP_PHONE_ID", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN")


class MissingSettingsError(Exception):
    """Settings that must be there are not; all of them are named."""

    def __init__(self, names: list[str]) -> None:
        super().__init__("missing settings: " + ", ".join(names))
        self.names = names


class BadSettingError(Exception):
    """A setting is there, but it is not what it must be."""

    def __init__(self, name: str, value: str, wanted: str) -> None:
        super().__init__(f"{name}={value!r} is not {wanted}")


@dataclass(frozen=True, slots=True)
class TelegramSettings:
    """What the bot on Telegram runs with."""

    token: str = field(repr=False)
    api: str = _BOT_API
    webhook_secret: str = field(default="", repr=False)
    name: str = ""  # the bot's user name, for links

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self | None:
        """Read the settings; None without a token: then there is no bot on Telegram."""
        if not env.get("TELEGRAM_TOKEN"):
            return None
        return cls(
            token=env["TELEGRAM_TOKEN"],
            api=env.get("TELEGRAM_API", _BOT_API).rstrip("/"),
            webhook_secret=env.get("TELEGRAM_WEBHOOK_SECRET", ""),
            name=env.get("TELEGRAM_NAME", "").lstrip("@"),
        )


@dataclass(frozen=True, slots=True)
class WhatsAppSettings:
    """What the number on WhatsApp runs with."""

    token: str = field(repr=False)
    phone_id: str
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    api: str = _GRAPH
    media_hosts: frozenset[str] = _MEDIA_HOSTS
    number: str = ""  # as citizens dial it, for links

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self | None:
        """Read the settings; None without a token. Raises MissingSettingsError."""
        if not env.get("WHATSAPP_TOKEN"):
            return None
        if missing := [name for name in _WHATSAPP if not env.get(name)]:
            raise MissingSettingsError(missing)
        hosts = env.get("WHATSAPP_MEDIA_HOSTS", "").split()
        return cls(
            token=env["WHATSAPP_TOKEN"],
            phone_id=env["WHATSAPP_PHONE_ID"],
            app_secret=env["WHATSAPP_APP_SECRET"],
            verify_token=env["WHATSAPP_VERIFY_TOKEN"],
            api=env.get("WHATSAPP_API", _GRAPH).rstrip("/"),
            media_hosts=frozenset(hosts or _MEDIA_HOSTS),
            number="".join(filter(str.isdigit, env.get("WHATSAPP_NUMBER", ""))),
        )


@dataclass(frozen=True, slots=True)
class Settings:
    """What the gateway runs with; secrets stay out of its repr."""

    mongodb_uri: str = field(repr=False)
    agent_url: str
    internal_token: str = field(repr=False)
    secret_key: str = field(repr=False)
    rest_token: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8080
    jurisdiction: str = "kuwait"
    production: bool = False
    embedded_store: bool = False
    public_url: str = ""  # under which citizens reach the gateway
    web_origins: frozenset[str] = frozenset()  # sites that may embed the chat
    proxies: tuple[str, ...] = ()  # networks whose X-Forwarded-For is believed
    telegram: TelegramSettings | None = None
    whatsapp: WhatsAppSettings | None = None

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Self:
        """Read the settings.

        Raises MissingSettingsError naming all that are missing, or BadSettingError.
        """
        required = [
            "MONGODB_URI",
            "SHAKWA_AGENT_URL",
            "SHAKWA_INTERNAL_TOKEN",
            "SHAKWA_SECRET_KEY",
        ]
        production = env.get("SHAKWA_ENV") == "production"
        if production:
            # Without it anybody could speak for any sender.
            required.append("SHAKWA_REST_TOKEN")
        if missing := [name for name in required if not env.get(name)]:
            raise MissingSettingsError(missing)
        return cls(
            mongodb_uri=env["MONGODB_URI"],
            agent_url=env["SHAKWA_AGENT_URL"],
            internal_token=env["SHAKWA_INTERNAL_TOKEN"],
            secret_key=env["SHAKWA_SECRET_KEY"],
            rest_token=env.get("SHAKWA_REST_TOKEN") or None,
            host=env.get("SHAKWA_HOST", "127.0.0.1"),
            port=parse_port(env.get("SHAKWA_PORT", "8080")),
            jurisdiction=env.get("SHAKWA_JURISDICTION", "kuwait"),
            production=production,
            embedded_store=env.get("SHAKWA_EMBEDDED_STORE") == "1",
            public_url=env.get("SHAKWA_PUBLIC_URL", "").rstrip("/"),
            web_origins=frozenset(env.get("SHAKWA_WEB_ORIGINS", "").split()),
            proxies=tuple(env.get("SHAKWA_PROXIES", "").split()),
            telegram=TelegramSettings.from_env(env),
            whatsapp=WhatsAppSettings.from_env(env),
        )


def parse_port(text: str) -> int:
    """Return the port that a setting says; raises BadSettingError."""
    highest = 65535
    if not text.isascii() or not text.isdigit() or int(text) > highest:
        raise BadSettingError("SHAKWA_PORT", text, f"a port from 0 to {highest}")
    return int(text)
