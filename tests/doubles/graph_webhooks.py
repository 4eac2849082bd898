"""Webhooks as Meta writes them: what citizens say, and how far our messages got."""

import base64
import hashlib
import hmac
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Citizen:
    """Somebody on WhatsApp; with a user name there is no phone."""

    phone: str = ""
    user_id: str = ""
    name: str = "سالم"

    @property
    def addresses(self) -> frozenset[str]:
        return frozenset(filter(None, (self.phone, self.user_id)))


def new_wamid() -> str:
    return f"wamid.{next(_NUMBERS):08d}"


def text(body: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": body}}


def button_reply(payload: str, title: str) -> dict[str, Any]:
    reply = {"id": payload, "title": title}
    return {"type": "interactive", "interactive": {"type": "button_reply", "button_reply": reply}}


def list_reply(payload: str, title: str, description: str = "") -> dict[str, Any]:
    more = {"description": description} if description else {}
    reply = {"id": payload, "title": title, **more}
    return {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": reply}}


def quick_reply(payload: str, title: str) -> dict[str, Any]:
    return {"type": "button", "button": {"payload": payload, "text": title}}


def file(kind: str, file_id: str, content: bytes, media_type: str, **more: Any) -> dict[str, Any]:
    """Return a message with an image, a document, an audio or a video."""
    sha256 = base64.b64encode(hashlib.sha256(content).digest()).decode()
    return {"type": kind, kind: {"id": file_id, "mime_type": media_type, "sha256": sha256, **more}}


def image(file_id: str, content: bytes, caption: str = "", **more: Any) -> dict[str, Any]:
    said = {"caption": caption} if caption else {}
    return file("image", file_id, content, "image/jpeg", **said, **more)


def audio(file_id: str, content: bytes, *, voice: bool = True) -> dict[str, Any]:
    return file("audio", file_id, content, "audio/ogg; codecs=opus", voice=voice)


def location(latitude: float, longitude: float, name: str = "") -> dict[str, Any]:
    named = {"name": name} if name else {}
    point = {"latitude": latitude, "longitude": longitude, **named}
    return {"type": "location", "location": point}


def said(
    citizen: Citizen, *contents: Mapping[str, Any], phone_id: str, answering: str = ""
) -> dict[str, Any]:
    """Return the webhook with a citizen's messages, each with a new id."""
    sender = {"from": citizen.phone} if citizen.phone else {}
    scoped = {"from_user_id": citizen.user_id} if citizen.user_id else {}
    context = {"context": {"id": answering}} if answering else {}
    messages = [
        {"id": new_wamid(), "timestamp": "1772452800", **sender, **scoped, **context, **content}
        for content in contents
    ]
    known = {"wa_id": citizen.phone} if citizen.phone else {}
    user = {"user_id": citizen.user_id} if citizen.user_id else {}
    contact = {"profile": {"name": citizen.name}, **known, **user}
    return _delivery(phone_id, contacts=[contact], messages=messages)


def status(  # noqa: PLR0913 - a status tells this much
    wamid: str,
    delivery: str,
    addressee: str,
    *,
    phone_id: str,
    key: str | None = None,
    category: str = "service",
    code: int = 0,
) -> dict[str, Any]:
    """Return the webhook that tells how far a message got; with a code, why it failed."""
    told: dict[str, Any] = {
        "id": wamid,
        "status": delivery,
        "timestamp": "1772452801",
        "recipient_id": addressee,
    }
    if key is not None:
        told["biz_opaque_callback_data"] = key
    if code:
        told["errors"] = [{"code": code, "title": "failed", "error_data": {"details": "no"}}]
    else:
        price = {"billable": True, "pricing_model": "PMP", "type": "regular"}
        told["pricing"] = {**price, "category": category}
    return _delivery(phone_id, statuses=[told])


def _delivery(phone_id: str, **members: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": "96522220000", "phone_number_id": phone_id}
    value = {"messaging_product": "whatsapp", "metadata": metadata, **members}
    change = {"field": "messages", "value": value}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "102290129340398", "changes": [change]}],
    }


def encoded(body: Mapping[str, Any], *, escaped: bool = True) -> bytes:
    """Return a webhook's bytes; Meta escapes all that is not ASCII."""
    return json.dumps(body, ensure_ascii=escaped).encode()


def signature(raw: bytes, secret: str) -> str:
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
