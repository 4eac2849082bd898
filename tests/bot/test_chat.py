"""The chat in a terminal: what is sent, what is chosen, what is shown."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from pytest_aiohttp import AiohttpServer

from bot.chat import Talk, _chosen, _is_arabic, _path_and_words, _said, _show

YES_NO = [{"title": "نعم", "payload": "b:1"}, {"title": "لا", "payload": "b:2"}]


class Gateway:
    """Answers every message with the same answers, and keeps what it was sent."""

    def __init__(self) -> None:
        self.messages: list[Any] = []
        self.files: list[tuple[str, str, bytes]] = []
        self.answers: list[Any] = [{"recipient_id": "me", "text": "تم"}]
        self.kept: Any = {"id": "file-1"}
        self.status = 200

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/webhooks/rest/webhook", self._message)
        app.router.add_post("/attachments", self._file)
        return app

    async def _message(self, request: web.Request) -> web.Response:
        self.messages.append(await request.json())
        return web.json_response(self.answers, status=self.status)

    async def _file(self, request: web.Request) -> web.Response:
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        self.files.append((str(form["sender"]), file.filename, file.file.read()))
        return web.json_response(self.kept)


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def talk(gateway: Gateway, aiohttp_server: AiohttpServer) -> Talk:
    server = await aiohttp_server(gateway.app())
    return Talk(str(server.make_url("")).rstrip("/"), "me", {})


@pytest.fixture
async def http() -> AsyncGenerator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "صورة الحفرة.png"
    path.write_bytes(b"a photo")
    return path


# Choosing a button


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("1", "b:1"),
        ("2", "b:2"),
        ("2.", "b:2"),
        ("(2)", "(2)"),
        ("2)", "b:2"),
        ("٢", "b:2"),
        ("۱", "b:1"),
        ("0", "0"),
        ("3", "3"),
        ("-1", "-1"),
        ("²", "²"),
        ("", ""),
        ("نعم", "نعم"),
        ("2 أعمدة", "2 أعمدة"),
        ("1" * 5_000, "1" * 5_000),
    ],
)
def test_number_of_a_button_is_sent_as_its_payload_and_words_as_words(typed: str, sent: str):
    assert _chosen(Talk("", "me", {}, buttons=YES_NO), typed) == sent


def test_number_is_a_word_where_nothing_is_offered():
    assert _chosen(Talk("", "me", {}), "1") == "1"


# Naming a file


@pytest.mark.parametrize("words", ["", "حفرة في الشارع", "كلام طويل " * 60])
def test_words_after_a_file_go_with_it(photo: Path, words: str):
    assert _path_and_words(f"{photo} {words}".strip()) == (photo, words.strip())


@pytest.mark.parametrize(
    "rest",
    ["", " ", ".", "/", "no-such-file.png", "~nobody-of-this-name/a.png", "x" * 5_000, "\0"],
)
def test_what_is_no_file_is_none(rest: str):
    assert _path_and_words(rest) == (None, "")


# Arabic lines


@pytest.mark.parametrize(
    ("line", "is_arabic"),
    [
        ("السلام عليكم", True),
        ("KW-2026-000001-7", False),
        ("شكواك رقم KW-2026-000001-7", True),
        ("Hello سالم", False),
        ("[1] نعم", True),
        ("آپ کا پیغام", True),
        ("abc سلم", True),
        ("abcd سلم", False),
        ("12345", False),
        ("", False),
    ],
)
def test_line_is_arabic_when_at_least_half_of_its_letters_are(line: str, *, is_arabic: bool):
    assert _is_arabic(line) is is_arabic


def test_answer_is_shown_with_its_buttons_numbered(capsys: pytest.CaptureFixture[str]):
    _show(Talk("", "me", {}), "نعم أو لا؟\n\nاختر", YES_NO)

    assert capsys.readouterr().out == "  نعم أو لا؟\n  \n  اختر\n  [1] نعم\n  [2] لا\n\n"


# Talking


async def test_words_are_sent_and_the_answer_is_shown(
    http: ClientSession, talk: Talk, gateway: Gateway, capsys: pytest.CaptureFixture[str]
):
    goes_on = await _said(http, talk, "السلام عليكم")

    assert goes_on
    (message,) = gateway.messages
    assert (message["sender"], message["message"]) == ("me", "السلام عليكم")
    assert capsys.readouterr().out == "  تم\n\n"


async def test_each_message_has_an_id_of_its_own(
    http: ClientSession, talk: Talk, gateway: Gateway
):
    await _said(http, talk, "نعم")
    await _said(http, talk, "نعم")

    assert len({message["message_id"] for message in gateway.messages}) == 2


async def test_button_of_the_last_answer_is_chosen_by_its_number(
    http: ClientSession, talk: Talk, gateway: Gateway
):
    gateway.answers = [{"text": "نعم أو لا؟", "buttons": YES_NO}]
    await _said(http, talk, "السلام عليكم")

    await _said(http, talk, "2")

    assert gateway.messages[1]["message"] == "b:2"


async def test_buttons_are_forgotten_after_an_answer_without_any(
    http: ClientSession, talk: Talk, gateway: Gateway
):
    talk.buttons = YES_NO
    await _said(http, talk, "السلام عليكم")

    await _said(http, talk, "2")

    assert gateway.messages[1]["message"] == "2"


@pytest.mark.parametrize("line", ["", "/help", "/place", "/place 29.3", "/place here there"])
async def test_line_that_says_nothing_sends_nothing(
    http: ClientSession, talk: Talk, gateway: Gateway, line: str
):
    assert await _said(http, talk, line)

    assert gateway.messages == []


async def test_quit_leaves(http: ClientSession, talk: Talk):
    assert not await _said(http, talk, "/quit")


async def test_new_begins_as_somebody_else(http: ClientSession, talk: Talk, gateway: Gateway):
    await _said(http, talk, "/new")

    await _said(http, talk, "السلام عليكم")

    assert gateway.messages[0]["sender"] != "me"


async def test_place_is_sent_in_degrees(http: ClientSession, talk: Talk, gateway: Gateway):
    await _said(http, talk, "/place 29.3375 47.9744")

    assert gateway.messages[0]["metadata"] == {
        "location": {"latitude": 29.3375, "longitude": 47.9744}
    }


async def test_refused_message_is_told_and_the_chat_goes_on(
    http: ClientSession, talk: Talk, gateway: Gateway, capsys: pytest.CaptureFixture[str]
):
    gateway.status = 401

    assert await _said(http, talk, "السلام عليكم")

    assert "401" in capsys.readouterr().out
    assert len(gateway.messages) == 1


async def test_file_is_uploaded_under_its_own_name_and_sent_with_the_words(
    http: ClientSession, talk: Talk, gateway: Gateway, photo: Path
):
    await _said(http, talk, f"/attach {photo} حفرة في الشارع")

    assert gateway.files == [("me", "صورة الحفرة.png", b"a photo")]
    (message,) = gateway.messages
    assert message["message"] == "حفرة في الشارع"
    assert message["metadata"] == {"attachments": ["file-1"]}


async def test_refused_file_is_told_and_no_message_is_sent(
    http: ClientSession,
    talk: Talk,
    gateway: Gateway,
    photo: Path,
    capsys: pytest.CaptureFixture[str],
):
    gateway.kept = {"error": "too_large", "text": "الملف كبير"}

    assert await _said(http, talk, f"/attach {photo}")

    assert "الملف كبير" in capsys.readouterr().out
    assert gateway.messages == []


async def test_file_that_does_not_get_through_does_not_end_the_chat(
    http: ClientSession,
    unused_tcp_port: int,
    photo: Path,
    capsys: pytest.CaptureFixture[str],
):
    nobody = Talk(f"http://127.0.0.1:{unused_tcp_port}", "me", {})

    assert await _said(http, nobody, f"/attach {photo}")

    assert capsys.readouterr().out
