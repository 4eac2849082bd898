"""How Telegram's double hands out updates: to whom asks, or to whom has set a webhook."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.doubles.telegram_calls import Fault, Reply, bad_request, done
from tests.doubles.telegram_updates import Update


@dataclass
class Webhook:
    """What Telegram knows of where to deliver."""

    url: str = ""
    secret: str = ""
    allowed_updates: list[str] = field(default_factory=list[str])
    last_error: str = ""


class Deliveries:
    """Updates that wait, and where they are to go."""

    def __init__(self) -> None:
        self.changed = asyncio.Condition()
        self.webhook = Webhook()
        self._updates: list[Update] = []

    async def push(self, *updates: Update) -> None:
        """Have updates wait for `getUpdates`."""
        async with self.changed:
            self._updates += updates
            self.changed.notify_all()

    async def wait(self, parameters: Mapping[str, str]) -> None:
        """Wait for updates as long as the caller would; those before the offset are done."""
        if self.webhook.url:
            return
        offset = int(parameters.get("offset", "0"))
        async with self.changed:
            self._updates = [one for one in self._updates if one["update_id"] >= offset]
            waiting = self.changed.wait_for(lambda: bool(self._updates))
            try:
                await asyncio.wait_for(waiting, float(parameters.get("timeout", "0")))
            except TimeoutError:
                return

    def get_updates(self, _parameters: dict[str, str]) -> Reply:
        if self.webhook.url:
            return Fault(409, "Conflict: can't use getUpdates while webhook is active").reply
        return done(self._updates[:100])

    def set_webhook(self, parameters: dict[str, str]) -> Reply:
        if not parameters["url"].startswith("https://"):
            return bad_request("bad webhook: An HTTPS URL must be provided for webhook").reply
        self.webhook = Webhook(
            parameters["url"],
            parameters.get("secret_token", ""),
            json.loads(parameters.get("allowed_updates", "[]")),
        )
        return done(result=True)

    def delete_webhook(self, _parameters: dict[str, str]) -> Reply:
        self.webhook = Webhook()
        return done(result=True)

    def get_webhook_info(self, _parameters: dict[str, str]) -> Reply:
        known: dict[str, Any] = {
            "url": self.webhook.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._updates),
        }
        if self.webhook.allowed_updates:
            known["allowed_updates"] = self.webhook.allowed_updates
        if self.webhook.last_error:
            known["last_error_message"] = self.webhook.last_error
        return done(known)
