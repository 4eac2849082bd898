"""What is counted, for Prometheus."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """One gateway's counters, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.received = Counter(
            "shakwa_messages_received",
            "Messages by channel; repeats apart.",
            ["channel", "repeat"],
            registry=self.registry,
        )
        self.turn_seconds = Histogram(
            "shakwa_turn_seconds",
            "From receiving a message to its answer.",
            ["channel"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.filed = Counter(
            "shakwa_complaints_filed", "Complaints filed.", ["agency"], registry=self.registry
        )
        self.files = Counter(
            "shakwa_files", "Files by outcome.", ["outcome"], registry=self.registry
        )
        self.channel_up = Gauge(
            "shakwa_channel_up",
            "1 when the channel takes our credentials.",
            ["channel"],
            registry=self.registry,
        )
        self.to_send = Gauge(
            "shakwa_messages_to_send", "Messages that wait to be sent.", registry=self.registry
        )
        self.unconfirmed = Gauge(
            "shakwa_messages_unconfirmed",
            "Messages a channel took more than five minutes ago and has said nothing of since.",
            ["channel"],
            registry=self.registry,
        )
        self.dead_letters = Gauge(
            "shakwa_dead_letters", "Messages given up, at most 100.", registry=self.registry
        )
        self.waiting = Gauge(
            "shakwa_messages_waiting", "Messages without an answer.", registry=self.registry
        )
        self.agent_up = Gauge(
            "shakwa_agent_up", "1 when the agent answers.", registry=self.registry
        )

    def count_received(self, channel: str, repeat: bool) -> None:  # noqa: FBT001 - a callback
        """Count a message of a channel; `repeat` if it came before."""
        self.received.labels(channel, str(repeat).lower()).inc()
