"""Notices: what an agency did is told to the citizen, on the channel that they chose last."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bot.channels import Parcel, Template
from bot.jurisdiction import Jurisdiction
from bot.messages import Answer, Button
from bot.outbox import Outbox
from bot.texts import Texts
from bot.turns import Turns
from cases.case import Case, Entry, Status
from cases.numbers import CaseNumber

_LOG: Final = logging.getLogger(__name__)
_AT_ONCE: Final = 100
_BY_PHONE: Final = "whatsapp"  # may be written to under a number, with a template
_ANSWERS: Final = frozenset({Status.RESOLVED, Status.REJECTED, Status.CLOSED})
# What can be done about a notice: the button's text and the command behind it.
_CHOICES: Final = {
    Status.AWAITING_CITIZEN: (("notice_reply", "add_information"),),
    Status.RESOLVED: (("notice_rate", "rate_service"), ("notice_reopen", "reopen_case")),
    Status.CLOSED: (("notice_rate", "rate_service"), ("notice_reopen", "reopen_case")),
    Status.REJECTED: (("notice_reopen", "reopen_case"),),
}
_FOLLOW: Final = (("notice_follow", "check_status"),)
_TEMPLATES: Final = {Status.AWAITING_CITIZEN: "case_question"} | dict.fromkeys(
    _ANSWERS, "case_answered"
)


class NewsStore(Protocol):
    """Knows which cases have news that their citizens were not told."""

    async def untold(self, limit: int) -> list[tuple[Case, int]]:
        """Return such cases, and how many lines of each one's history were told."""
        ...

    async def set_told(self, number: CaseNumber, lines: int) -> None:
        """Remember that so many lines were told."""
        ...


class People(Protocol):
    """Knows which conversations are one person's."""

    async def conversations_of(self, conversation: str) -> list[str]:
        """Return a person's conversations, the one they wrote in last first."""
        ...


@dataclass(frozen=True, slots=True)
class Notices:
    """Tells news of cases, each line once."""

    news: NewsStore
    people: People
    turns: Turns
    outbox: Outbox
    texts: Texts
    jurisdiction: Jurisdiction
    push: frozenset[str]  # channels that can reach a citizen who is not there

    async def tell(self) -> int:
        """Tell what was not told yet; return how many notices were put on their way."""
        told = 0
        for case, known in await self.news.untold(_AT_ONCE):
            for line in range(known, len(case.history)):
                told += await self._tell_line(case, line)
            await self.news.set_told(case.number, len(case.history))
        return told

    async def _tell_line(self, case: Case, line: int) -> bool:
        entry = case.history[line]
        if entry.by == "citizen" or not (entry.status or entry.note):
            return False
        conversations = await self._conversations(case)
        if not conversations:
            _LOG.warning("notice.nowhere", extra={"line": line})
            return False
        chosen, *others = conversations
        buttons = await self.turns.offer(chosen, self._buttons(case, entry))
        # The key is the line's: however often this runs, the outbox takes it once.
        return await self.outbox.put(
            Parcel(
                key=f"notice:{case.number}:{line}",
                conversation=chosen,
                answer=Answer(self._text(case, entry), buttons),
                language=case.complaint.language,
                template=self._template(case, entry),
                fallbacks=tuple(others),
            )
        )

    async def _conversations(self, case: Case) -> Sequence[str]:
        """Return where to tell: where they wrote last, then their others, then their phone."""
        own = await self.people.conversations_of(case.complaint.conversation)
        phone = (case.complaint.person.phone or "").lstrip("+")
        reached = any(one.partition(":")[0] in self.push for one in own)
        by_phone = [f"{_BY_PHONE}:{phone}"] if phone and not reached else []
        return [one for one in (*own, *by_phone) if self.outbox.takes(one)]

    def _buttons(self, case: Case, entry: Entry) -> list[Button]:
        choices = _CHOICES.get(entry.status, _FOLLOW) if entry.status else _FOLLOW
        language = case.complaint.language
        command = '/{}{{"case_number": "{}"}}'
        return [
            Button(self.texts.say(key, language), command.format(intent, case.number))
            for key, intent in choices
        ]

    def _text(self, case: Case, entry: Entry) -> str:
        key = f"notice_{entry.status}" if entry.status else "notice_note"
        text = self.texts.say(key, case.complaint.language, **self._values(case, entry))
        return "\n\n".join(filter(None, [text, entry.note]))

    def _template(self, case: Case, entry: Entry) -> Template:
        name = _TEMPLATES.get(entry.status, "case_update") if entry.status else "case_update"
        return Template(name, self._values(case, entry))

    def _values(self, case: Case, entry: Entry) -> dict[str, str]:
        language = case.complaint.language
        names = self.jurisdiction.names.get(case.agency, {})
        agency = names.get(language) or names.get("ar") or ""
        return {
            "case_number": str(case.number),
            "agency": agency or self.texts.say("notice_central", language),
            "status": self.texts.say(f"status_{entry.status or case.status}", language),
        }
