"""The Graph API's client, against a server that refuses what the real one refuses."""

from collections.abc import AsyncGenerator
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.channels import Failure, MediaGoneError, MediaUnavailableError, SendFailedError
from bot.settings import WhatsAppSettings
from connectors.whatsapp.graph import GraphClient, StaleUrlError
from connectors.whatsapp.rendering import file_message
from tests.doubles.graph_server import Citizen, Fault, GraphServer
from tests.e2e.support import free_port

SALEM = Citizen(phone="96550000001")
TO = {"to": SALEM.phone}
HELLO = {**TO, "type": "text", "text": {"body": "أهلًا"}}


@pytest.fixture
async def graph() -> AsyncGenerator[GraphServer]:
    async with GraphServer() as server:
        yield server


@pytest.fixture
async def http() -> AsyncGenerator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
def client(http: ClientSession, graph: GraphServer) -> GraphClient:
    return GraphClient(http, graph.settings)


@pytest.fixture
def hasty(http: ClientSession, graph: GraphServer) -> GraphClient:
    return GraphClient(http, graph.settings, patience=0.5)


def buttons(count: int, longest: int = 5) -> dict[str, Any]:
    titles = [f"{n:02d}".ljust(longest, "x") for n in range(count)]
    replies = [{"type": "reply", "reply": {"id": t, "title": t}} for t in titles]
    action = {"buttons": replies}
    return interactive("button", action)


def rows(count: int, longest: int = 5, **more: str) -> dict[str, Any]:
    titles = [f"{n:02d}".ljust(longest, "x") for n in range(count)]
    listed = [{"id": t, "title": t, **more} for t in titles]
    return interactive("list", {"button": "اختر", "sections": [{"rows": listed}]})


def interactive(kind: str, action: dict[str, Any], body: str = "؟") -> dict[str, Any]:
    given = {"type": kind, "body": {"text": body}, "action": action}
    return {**TO, "type": "interactive", "interactive": given}


async def refused(client: GraphClient, payload: dict[str, Any], **more: int) -> SendFailedError:
    with pytest.raises(SendFailedError) as raised:
        await client.send(payload, **more)
    return raised.value


async def read(client: GraphClient, url: str) -> bytes:
    async with client.download(url) as chunks:
        return b"".join([chunk async for chunk in chunks])


async def test_a_message_is_sent_and_its_id_returned(client: GraphClient, graph: GraphServer):
    wamid = await client.send({**HELLO, "biz_opaque_callback_data": "key-1"})

    (sent,) = graph.sent_to(SALEM)
    assert (sent.wamid, sent.text, sent.key) == (wamid, "أهلًا", "key-1")
    assert sent.message["recipient_type"] == "individual"


async def test_a_message_is_shown_as_read_while_the_answer_is_written(
    client: GraphClient, graph: GraphServer
):
    await client.mark_read_and_typing("wamid.7")

    assert (graph.read, graph.typing) == (["wamid.7"], ["wamid.7"])


async def test_the_probe_passes_with_our_number_and_token(client: GraphClient):
    await client.probe()


@pytest.mark.parametrize("call", ["send", "probe"])
async def test_a_wrong_token_is_for_the_operator(
    call: str, http: ClientSession, graph: GraphServer
):
    given = graph.settings
    settings = WhatsAppSettings("wrong", given.phone_id, "", "", given.api, given.media_hosts)
    client = GraphClient(http, settings)

    with pytest.raises(SendFailedError) as raised:
        await (client.probe() if call == "probe" else client.send(HELLO))

    assert (raised.value.failure, raised.value.code) == (Failure.CREDENTIALS, "190")


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (buttons(4), "131009"),
        (buttons(3, 21), "131009"),
        (rows(11), "131009"),
        (rows(10, 25), "131009"),
        (rows(1, description="x" * 73), "131009"),
        (interactive("button", buttons(1)["interactive"]["action"], "x" * 1025), "131009"),
        (interactive("list", {**rows(1)["interactive"]["action"], "button": "x" * 21}), "131009"),
        ({**TO, "type": "text", "text": {"body": "x" * 4097}}, "100"),
        ({**TO, "type": "text", "text": {"body": " \n"}}, "131008"),
        ({**TO, "type": "carousel", "carousel": {}}, "100"),
        ({**TO, "type": "template", "template": {"name": "no", "language": {}}}, "132001"),
        ({**HELLO, "biz_opaque_callback_data": "x" * 513}, "131009"),
        ({**HELLO, "to": "", "recipient": "96550000001"}, "100"),
        ({**HELLO, "colour": "red"}, "100"),
    ],
)
async def test_what_is_over_a_limit_is_refused_and_never_tried_again(
    client: GraphClient, graph: GraphServer, payload: dict[str, Any], code: str
):
    error = await refused(client, payload)

    assert (error.failure, error.code) == (Failure.REFUSED, code)
    assert graph.sent == []


@pytest.mark.parametrize("part", ["id", "title"])
async def test_two_buttons_alike_are_refused(client: GraphClient, part: str):
    twins = buttons(2)
    for button in twins["interactive"]["action"]["buttons"]:
        button["reply"][part] = "نعم"

    assert (await refused(client, twins)).code == "131009"


@pytest.mark.parametrize(
    "payload",
    [
        buttons(3, 20),
        rows(10, 24, description="x" * 72),
        {**TO, "type": "text", "text": {"body": "ن" * 4096}},
        interactive("button", buttons(1)["interactive"]["action"], "ن" * 1024),
        interactive("location_request_message", {"name": "send_location"}),
        {"recipient": "KW.13491208655302741918", "type": "text", "text": {"body": "أهلًا"}},
    ],
)
async def test_what_is_just_within_the_limits_is_taken(
    client: GraphClient, graph: GraphServer, payload: dict[str, Any]
):
    await client.send(payload)

    assert [sent.dropped for sent in graph.sent] == [False]


async def test_a_user_id_sent_as_a_phone_gets_an_id_and_never_arrives(
    client: GraphClient, graph: GraphServer
):
    await client.send({**HELLO, "to": "KW.13491208655302741918"})

    assert graph.sent_to(Citizen(user_id="KW.13491208655302741918")) == []
    assert [sent.dropped for sent in graph.sent] == [True]


async def test_a_closed_window_refuses_free_words(client: GraphClient, graph: GraphServer):
    graph.closed.add(SALEM.phone)

    assert (await refused(client, HELLO)).failure is Failure.WINDOW


async def test_an_error_keeps_the_wait_that_it_tells(client: GraphClient, graph: GraphServer):
    graph.fail("send", Fault(429, 130429, retry_after="7"))

    error = await refused(client, HELLO)

    assert (error.failure, error.code, error.retry_after) == (Failure.HALTED, "130429", 7)


@pytest.mark.parametrize(("told", "wait"), [("999999999", 3600), ("soon", None), ("", None)])
async def test_a_wait_is_an_hour_at_most_and_a_number(
    client: GraphClient, graph: GraphServer, told: str, wait: float | None
):
    graph.fail("send", Fault(429, 130429, retry_after=told))

    assert (await refused(client, HELLO)).retry_after == wait


async def test_the_limit_of_one_citizen_waits_by_the_tries_made(
    client: GraphClient, graph: GraphServer
):
    graph.fail("send", Fault(400, 131056))

    error = await refused(client, HELLO, attempts=3)

    assert (error.failure, error.retry_after) == (Failure.BUSY, 64)


async def test_an_error_of_a_proxy_is_tried_again(client: GraphClient, graph: GraphServer):
    graph.fail("send", Fault(502))

    error = await refused(client, HELLO)

    assert (error.failure, error.code) == (Failure.TRANSIENT, "http_502")


async def test_a_code_of_zero_is_a_code(client: GraphClient, graph: GraphServer):
    graph.fail("send", Fault(500, 0))

    assert (await refused(client, HELLO)).failure is Failure.CREDENTIALS


@pytest.mark.parametrize("fault", [Fault(silent=True), Fault(silent=True, accepted=True)])
async def test_a_time_out_leaves_open_whether_the_message_was_taken(
    hasty: GraphClient, graph: GraphServer, fault: Fault
):
    graph.fail("send", fault)

    error = await refused(hasty, HELLO)

    assert error.failure is Failure.AMBIGUOUS
    assert len(graph.sent) == fault.accepted


async def test_a_line_that_breaks_leaves_open_whether_the_message_was_taken(
    client: GraphClient, graph: GraphServer
):
    graph.fail("send", Fault(broken=True, accepted=True))

    assert (await refused(client, HELLO)).failure is Failure.AMBIGUOUS
    assert graph.asked == ["send"]  # a second try could be a second message


async def test_an_answer_without_an_id_leaves_open_whether_the_message_was_taken(
    client: GraphClient, graph: GraphServer
):
    graph.fail("send", Fault(200))

    assert (await refused(client, HELLO)).failure is Failure.AMBIGUOUS


async def test_a_line_that_was_never_made_is_tried_again(http: ClientSession):
    settings = WhatsAppSettings("token", "1", "", "", f"http://127.0.0.1:{free_port()}/v26.0")

    error = await refused(GraphClient(http, settings), HELLO)

    assert error.failure is Failure.TRANSIENT


async def test_a_redirect_is_not_followed_with_our_token(client: GraphClient, graph: GraphServer):
    elsewhere = f"{graph.settings.api}/{graph.settings.phone_id}"
    graph.fail("send", Fault(302, location=elsewhere))
    graph.fail("file", Fault(302, location=elsewhere))

    assert (await refused(client, HELLO)).failure is Failure.TRANSIENT
    with pytest.raises(MediaUnavailableError):
        await read(client, graph.files.url_of(graph.files.keep(b"photo")))

    assert graph.asked == ["send", "file"]


async def test_a_file_is_handed_over_and_sent_by_its_id(client: GraphClient, graph: GraphServer):
    file_id = await client.upload(b"%PDF-1.7", "application/pdf")
    await client.send({**TO, **file_message("document", file_id, name="إيصال.pdf", caption="تم")})

    kept = graph.files.kept[file_id]
    (sent,) = graph.sent
    assert (kept.content, kept.media_type) == (b"%PDF-1.7", "application/pdf")
    assert sent.message["document"] == {"id": file_id, "filename": "إيصال.pdf", "caption": "تم"}


async def test_a_caption_is_cut_to_what_a_caption_may_have(
    client: GraphClient, graph: GraphServer
):
    file_id = await client.upload(b"\xff\xd8\xff", "image/jpeg")
    await client.send({**TO, **file_message("image", file_id, caption="ن" * 2000)})

    assert len(graph.sent[0].message["image"]["caption"]) == 1024


async def test_a_file_that_was_not_handed_over_is_refused(client: GraphClient):
    assert (await refused(client, {**TO, **file_message("image", "7")})).failure is Failure.REFUSED


@pytest.mark.parametrize("fault", [Fault(broken=True), Fault(503), Fault(200)])
async def test_handing_a_file_over_may_be_tried_again(
    client: GraphClient, graph: GraphServer, fault: Fault
):
    graph.fail("upload", fault)

    with pytest.raises(SendFailedError) as raised:
        await client.upload(b"%PDF-1.7", "application/pdf")

    assert raised.value.failure is Failure.TRANSIENT


async def test_a_file_is_read_in_two_steps(client: GraphClient, graph: GraphServer):
    file_id = graph.files.keep(b"photo" * 50_000)

    content = await read(client, await client.media_url(file_id))

    assert content == b"photo" * 50_000
    assert graph.asked == ["media", "file"]


async def test_a_file_that_is_not_there_is_gone(client: GraphClient):
    with pytest.raises(MediaGoneError) as raised:
        await client.media_url("7")

    assert raised.value.reason == "unreadable"


async def test_an_id_is_no_way_to_other_calls(client: GraphClient, graph: GraphServer):
    with pytest.raises(MediaGoneError):
        await client.media_url(f"7/../{graph.settings.phone_id}")

    assert graph.asked == ["media"]


@pytest.mark.parametrize(
    "fault", [Fault(429, 4), Fault(500, 2), Fault(503), Fault(401, 190), Fault(broken=True)]
)
async def test_a_file_that_cannot_be_asked_for_now_is_asked_for_later(
    client: GraphClient, graph: GraphServer, fault: Fault
):
    graph.fail("media", fault, fault)  # a broken GET is made once more by aiohttp itself

    with pytest.raises(MediaUnavailableError):
        await client.media_url(graph.files.keep(b"photo"))


async def test_an_address_that_had_its_time_is_stale(client: GraphClient, graph: GraphServer):
    url = await client.media_url(graph.files.keep(b"photo"))
    graph.files.expire_urls()

    with pytest.raises(StaleUrlError):
        await read(client, url)


@pytest.mark.parametrize("status", [301, 429, 500, 503])
async def test_a_file_that_cannot_be_read_now_is_read_later(
    client: GraphClient, graph: GraphServer, status: int
):
    graph.fail("file", Fault(status))

    with pytest.raises(MediaUnavailableError):
        await read(client, graph.files.url_of(graph.files.keep(b"photo")))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "https://evil.example/file",
        "http://127.0.0.1@evil.example/file",
        "https://127.0.0.1/file",  # the stand-in speaks http, as the real one speaks https
        "file:///etc/passwd",
        "http://[",
    ],
)
async def test_our_token_is_shown_to_the_platforms_own_hosts_only(client: GraphClient, url: str):
    assert not client.trusts(url)
    with pytest.raises(MediaUnavailableError):
        await read(client, url)


def test_in_production_files_come_over_https_only(http: ClientSession):
    client = GraphClient(http, WhatsAppSettings("token", "1", "", ""))

    assert client.trusts("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1")
    assert not client.trusts("http://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1")
