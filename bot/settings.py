"""One deployment's settings, read once from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

ROOT = Path(__file__).parents[1]


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
        )


def parse_port(text: str) -> int:
    """Return the port that a setting says; raises BadSettingError."""
    highest = 65535
    if not text.isascii() or not text.isdigit() or int(text) > highest:
        raise BadSettingError("SHAKWA_PORT", text, f"a port from 0 to {highest}")
    return int(text)
