"""Who comes to the web chat, and how much they may do at once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Final, Protocol

from aiohttp import web

from bot.buckets import Buckets, Rate
from connectors.web.proof import Proofs

# Many citizens share one address behind a carrier: an empty bucket asks for proof, no more.
_NEW_SESSIONS: Final = Rate(burst=10, seconds=12)
_MESSAGES: Final = Rate(burst=20, seconds=3)
_UPLOADS: Final = Rate(burst=10, seconds=60)


class SessionStore(Protocol):
    """Makes and finds sessions."""

    async def create(self, language: str | None, context: Mapping[str, str]) -> str:
        """Return the secret of a new session."""
        ...

    async def find_context(self, secret: str) -> Mapping[str, str] | None:
        """Return what the session's link prefilled; None for an unknown session."""
        ...


@dataclass(frozen=True, slots=True)
class Guard:
    """The buckets of one gateway, and the proofs that refill them."""

    new_sessions: Buckets
    messages: Buckets
    uploads: Buckets
    proofs: Proofs
    proxies: tuple[str, ...] = ()

    @classmethod
    def build(
        cls,
        secret: str,
        proxies: tuple[str, ...],
        clock: Callable[[], float],
        wall: Callable[[], float],
    ) -> "Guard":
        """Build the guard of one gateway; `wall` is the time of day, for proofs."""
        return cls(
            Buckets(_NEW_SESSIONS, clock),
            Buckets(_MESSAGES, clock),
            Buckets(_UPLOADS, clock),
            Proofs(secret, wall),
            proxies,
        )

    def address(self, request: web.Request) -> str:
        """Return whom a request comes from."""
        return self.address_of(request.remote or "", request.headers)

    def address_of(self, remote: str, headers: Mapping[str, str]) -> str:
        """Return the forwarded address if one of our own proxies tells it, else the remote one."""
        forwarded = headers.get("X-Forwarded-For", "")
        if not forwarded or not self._is_proxy(remote):
            return remote
        return forwarded.rpartition(",")[2].strip()

    def _is_proxy(self, remote: str) -> bool:
        try:
            return any(ip_address(remote) in ip_network(proxy) for proxy in self.proxies)
        except ValueError:
            return False


def is_own_origin(request: web.Request, allowed: frozenset[str]) -> bool:
    """Say whether a browser's request comes from our own page or from a site on the list."""
    origin = request.headers.get("Origin")
    if origin is None:  # not a browser
        return True
    return origin in allowed or origin.partition("://")[2] == request.host
