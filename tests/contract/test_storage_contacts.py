"""What every Contacts promises, and what else is known of persons."""

import asyncio
import itertools
from datetime import timedelta

import pytest

from bot.channels import Contact
from storage.contacts import MongoContacts
from storage.database import Database
from tests.builders import CITIZEN, NOON

pytestmark = pytest.mark.mongo


@pytest.fixture
def contacts(database: Database) -> MongoContacts:
    return MongoContacts(database)


async def test_citizen_never_heard_of_is_taken_to_be_reachable(contacts: MongoContacts):
    assert await contacts.get(CITIZEN) == Contact(CITIZEN)


async def test_citizen_who_wrote_is_known_by_time_and_address(contacts: MongoContacts):
    await contacts.heard(CITIZEN, NOON, {"chat": "7"})

    assert await contacts.get(CITIZEN) == Contact(CITIZEN, heard_at=NOON, address={"chat": "7"})


async def test_citizen_who_writes_is_reachable_again(contacts: MongoContacts):
    await contacts.set_reachable(CITIZEN, reachable=False)
    before = await contacts.get(CITIZEN)

    await contacts.heard(CITIZEN, NOON, {})

    assert not before.reachable
    assert (await contacts.get(CITIZEN)).reachable


async def test_citizen_may_be_reachable_without_having_written(contacts: MongoContacts):
    await contacts.set_reachable(CITIZEN, reachable=False)
    await contacts.set_reachable(CITIZEN, reachable=True)

    assert await contacts.get(CITIZEN) == Contact(CITIZEN)


async def test_what_was_heard_late_does_not_turn_time_back(contacts: MongoContacts):
    for minutes in (2, 1, 3, 0):
        await contacts.heard(CITIZEN, NOON + timedelta(minutes=minutes), {})

    assert (await contacts.get(CITIZEN)).heard_at == NOON + timedelta(minutes=3)


async def test_citizen_of_a_closed_window_must_write_again(contacts: MongoContacts):
    await contacts.heard(CITIZEN, NOON, {"chat": "7"})

    await contacts.close_window(CITIZEN)
    closed = await contacts.get(CITIZEN)
    await contacts.heard(CITIZEN, NOON + timedelta(minutes=1), {})

    assert closed == Contact(CITIZEN, address={"chat": "7"})
    assert (await contacts.get(CITIZEN)).heard_at == NOON + timedelta(minutes=1)


async def test_address_is_put_together_from_all_that_was_told(contacts: MongoContacts):
    await contacts.heard(CITIZEN, NOON, {"phone": "1", "user": "a"})
    await contacts.heard(CITIZEN, NOON, {"phone": "2", "name": "سالم"})
    await contacts.heard(CITIZEN, NOON, {})

    assert (await contacts.get(CITIZEN)).address == {"phone": "2", "user": "a", "name": "سالم"}


@pytest.mark.parametrize("name", ["a.b", "$set", "", "a b%2E", "اسم", ".", "_x", "\x00"])
async def test_any_name_may_stand_in_an_address_and_on_a_bill(contacts: MongoContacts, name: str):
    await contacts.heard(CITIZEN, NOON, {name: "value.$x"})
    await contacts.bill(CITIZEN, "wamid.1", name)

    assert (await contacts.get(CITIZEN)).address == {name: "value.$x"}
    assert await contacts.costs(CITIZEN) == {name: 1}


async def test_half_a_character_in_an_address_holds_nothing_up(contacts: MongoContacts):
    await contacts.heard(CITIZEN, NOON, {"name": "سالم\ud83d"})

    assert (await contacts.get(CITIZEN)).address == {"name": "سالم"}


async def test_last_message_with_buttons_is_known_until_there_is_none(contacts: MongoContacts):
    await contacts.set_keyboard(CITIZEN, "5")
    before = await contacts.get(CITIZEN)

    await contacts.set_keyboard(CITIZEN, None)

    assert before.keyboard == "5"
    assert (await contacts.get(CITIZEN)).keyboard is None


async def test_bills_are_counted_by_category(contacts: MongoContacts):
    await asyncio.gather(*(contacts.bill(CITIZEN, f"wamid.{n}", "utility") for n in range(20)))
    await contacts.bill(CITIZEN, "wamid.s", "service")
    await contacts.bill("whatsapp:other", "wamid.o", "utility")

    assert await contacts.costs(CITIZEN) == {"utility": 20, "service": 1}


async def test_a_message_whose_price_is_told_again_is_counted_once(contacts: MongoContacts):
    for _ in range(3):
        await contacts.bill(CITIZEN, "wamid.1", "service")

    assert await contacts.costs(CITIZEN) == {"service": 1}


async def test_nothing_was_billed_to_whom_nothing_was_sent(contacts: MongoContacts):
    await contacts.heard("web:1", NOON, {})

    assert await contacts.costs(CITIZEN) == {}
    assert await contacts.costs("web:1") == {}


async def test_all_that_happens_at_once_is_kept(contacts: MongoContacts):
    await asyncio.gather(
        contacts.heard(CITIZEN, NOON, {"chat": "7"}),
        contacts.set_keyboard(CITIZEN, "5"),
        contacts.bill(CITIZEN, "wamid.s", "service"),
        contacts.join(CITIZEN, "web:1"),
    )

    assert await contacts.get(CITIZEN) == Contact(
        CITIZEN, heard_at=NOON, keyboard="5", address={"chat": "7"}
    )
    assert await contacts.costs(CITIZEN) == {"service": 1}
    assert set(await contacts.conversations_of(CITIZEN)) == {CITIZEN, "web:1"}


async def test_contacts_do_not_touch_one_another(contacts: MongoContacts):
    await contacts.set_reachable("telegram:8", reachable=False)

    assert await contacts.get(CITIZEN) == Contact(CITIZEN)


async def test_conversation_that_was_never_joined_is_a_persons_only_one(contacts: MongoContacts):
    await contacts.heard("web:1", NOON, {})

    assert await contacts.conversations_of(CITIZEN) == [CITIZEN]
    assert await contacts.conversations_of("web:1") == ["web:1"]


@pytest.mark.parametrize(
    "joins",
    [
        [("a", "b"), ("b", "c"), ("c", "d")],
        [("d", "c"), ("c", "b"), ("b", "a")],
        [("a", "b"), ("c", "d"), ("b", "c")],
        [("b", "a"), ("b", "c"), ("b", "d")],
        [("a", "b"), ("a", "b"), ("b", "a"), ("c", "d"), ("d", "a"), ("d", "d")],
    ],
)
async def test_joined_conversations_are_one_persons_however_they_were_joined(
    contacts: MongoContacts, joins: list[tuple[str, str]]
):
    for one, other in joins:
        await contacts.join(one, other)
    await contacts.join("x", "y")

    persons = [await contacts.conversations_of(one) for one in "abcdxy"]

    assert [set(person) for person in persons] == [set("abcd")] * 4 + [set("xy")] * 2
    assert [len(person) for person in persons] == [4, 4, 4, 4, 2, 2]


async def test_joins_at_once_make_one_person(contacts: MongoContacts):
    names = [f"web:{number}" for number in range(12)]

    await asyncio.gather(*(contacts.join(*pair) for pair in itertools.pairwise(names)))

    assert set(await contacts.conversations_of("web:5")) == set(names)


async def test_conversation_heard_most_recently_comes_first(contacts: MongoContacts):
    for name in ("telegram:7", "whatsapp:7", "web:silent"):
        await contacts.join("web:1", name)
    for minutes, name in enumerate(("whatsapp:7", "web:1", "telegram:7")):
        await contacts.heard(name, NOON + timedelta(minutes=minutes), {})

    expected = ["telegram:7", "web:1", "whatsapp:7", "web:silent"]
    assert await contacts.conversations_of("web:silent") == expected
    assert await contacts.conversations_of("web:1") == expected


async def test_joining_leaves_what_is_known_of_a_contact(contacts: MongoContacts):
    await contacts.heard(CITIZEN, NOON, {"chat": "7"})

    await contacts.join(CITIZEN, "web:1")

    assert await contacts.get(CITIZEN) == Contact(CITIZEN, heard_at=NOON, address={"chat": "7"})
    assert await contacts.get("web:1") == Contact("web:1")
