"""Whether each channel still takes our credentials."""

import logging
from collections.abc import Mapping
from typing import Final

from bot.channels import Channel, Failure, SendFailedError
from bot.metrics import Metrics

_LOG: Final = logging.getLogger(__name__)
UNKNOWN: Final = "not_probed_yet"
OK: Final = "ok"


class Health:
    """What the last probe of each channel found."""

    def __init__(self, channels: Mapping[str, Channel], metrics: Metrics) -> None:
        self._channels, self._metrics = channels, metrics
        self.states = dict.fromkeys(channels, UNKNOWN)

    async def probe(self) -> None:
        """Ask each channel whether it knows us."""
        for name, channel in self._channels.items():
            self._set(name, await _state(channel))

    def _set(self, name: str, state: str) -> None:
        if state != self.states[name]:
            level = logging.INFO if state == OK else logging.ERROR
            _LOG.log(level, "channel.state", extra={"channel": name, "state": state})
        self.states[name] = state
        self._metrics.channel_up.labels(name).set(state == OK)


async def _state(channel: Channel) -> str:
    try:
        await channel.probe()
    except SendFailedError as error:
        return "refused" if error.failure is Failure.CREDENTIALS else "unreachable"
    return OK
