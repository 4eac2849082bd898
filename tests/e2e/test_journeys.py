"""The whole story, as citizens live it."""

import re
import statistics

import pytest

from tests.e2e.support import NUMBER, Citizen, Citizens, case_number

pytestmark = [pytest.mark.rasa, pytest.mark.asyncio(loop_scope="session")]
CODE = re.compile(r"^[2-9A-HJKMNP-TW-Z]{4}-[2-9A-HJKMNP-TW-Z]{4}$", re.MULTILINE)
PERSON = "سالم فهد العنزي 287010112349 50012345"


async def test_a_kuwaiti_files_with_a_photo_and_hears_where_it_stands(
    citizens: Citizens, photo: bytes
) -> None:
    citizen = citizens()

    await citizen.says("الكهرباء مقطوعة عندنا من الفجر في السالمية قطعة ٤")
    assert "انقطاع الكهرباء" in citizen.said[-1]
    await citizen.taps("نعم")
    await citizen.says("ابي يرجعون التيار ويعوضوني عن الأكل اللي خرب")
    assert "وصل مرفقك" in await citizen.sends_photo(photo)
    await citizen.taps("خلاص")
    review = await citizen.says(PERSON)
    receipt = await citizen.taps("أوافق")
    status = await citizen.says("وين وصلت شكواي؟")

    for told in ("انقطاع الكهرباء", "السالمية", "سالم فهد العنزي", "287010112349", "50012345"):
        assert told in review
    number = NUMBER.search(receipt)
    assert number
    assert CODE.search(receipt)
    assert number[0] in status


async def test_an_egyptian_files_and_follows_by_topic(citizens: Citizens) -> None:
    citizen = citizens()

    await citizen.says("المية مقطوعة عندنا بقالها يومين في حولي ومحدش بيرد علينا")
    receipt = await to_the_end(citizen)
    status = await citizen.says("وصلتوا لإيه في شكوى المية؟")

    assert NUMBER.search(receipt)
    assert case_number(receipt) in status


async def test_an_english_speaker_is_answered_in_english(citizens: Citizens) -> None:
    citizen = citizens()

    await citizen.says("There is a big pothole in the road in Salmiya block 4 since last week")
    receipt = await to_the_end(citizen)
    status = await citizen.says("where is my complaint?")

    assert "Your complaint is filed" in receipt
    assert case_number(receipt) in status
    assert all(char.isascii() or not char.isalpha() for char in status)


async def test_a_stranger_with_the_number_alone_learns_nothing(citizens: Citizens) -> None:
    owner, stranger = citizens(), citizens()
    await owner.says("الكهرباء مقطوعة عندنا من الفجر في السالمية قطعة ٤")
    receipt = await to_the_end(owner)
    number, code = case_number(receipt), tracking_code(receipt)

    asked = await stranger.says(f"وين وصلت الشكوى {number}")
    wrong = await stranger.says("AAAA-2222")
    await stranger.says("وين وصلت الشكوى KW-2026-999999-0")
    absent = await stranger.says("AAAA-2222")
    await stranger.says(f"وين وصلت الشكوى {number}")
    shown = await stranger.says(code)

    for told in (asked, wrong, absent):
        assert "الكهرباء" not in told
        assert "السالمية" not in told
    assert wrong == absent
    assert "وزارة الكهرباء" in shown


async def test_guessing_runs_into_a_limit(citizens: Citizens) -> None:
    stranger = citizens()

    told = []
    for _ in range(7):
        await stranger.says("وين وصلت الشكوى KW-2026-004217-6")
        told.append(await stranger.says("ABCD-2345"))

    assert "محاولات كثيرة" in told[-1]
    assert "محاولات كثيرة" not in told[0]


async def test_a_photo_may_come_first(citizens: Citizens, photo: bytes) -> None:
    citizen = citizens()

    asked = await citizen.sends_photo(photo)
    await citizen.says("حفرة كبيرة بنص الشارع كسرت تاير سيارتي")
    receipt = await to_the_end(citizen)

    assert "وصلني اللي أرسلته" in asked
    assert NUMBER.search(receipt)


async def test_a_shared_place_may_come_first(citizens: Citizens) -> None:
    citizen = citizens()

    asked = await citizen.says("", metadata={"location": {"latitude": 29.33, "longitude": 48.07}})

    assert "شنو المشكلة" in asked


async def test_corruption_may_be_reported_without_a_name(citizens: Citizens) -> None:
    citizen = citizens()

    await citizen.says("موظف بالمعاملات طلب مني رشوة ٥٠ دينار عشان يمشي معاملتي")
    receipt = await to_the_end(citizen, nameless=True)

    assert NUMBER.search(receipt)


async def test_a_changed_answer_is_what_gets_filed(citizens: Citizens) -> None:
    citizen = citizens()
    await citizen.says("الكهرباء مقطوعة عندنا من الفجر في السالمية قطعة ٤")
    await to_the_review(citizen)

    changed = await citizen.says("غيّر رقم التلفون إلى 66123456")

    assert "66123456" in changed
    assert "50012345" not in changed
    assert NUMBER.search(await citizen.taps("أوافق"))


async def test_an_emergency_is_answered_at_once_and_the_interview_goes_on(
    citizens: Citizens,
) -> None:
    citizen = citizens()
    await citizen.says("حفرة كبيرة بنص الشارع كسرت تاير سيارتي")

    told = await citizen.says("الحقونا البيت يحترق وفيه عيال")

    assert "112" in told
    assert NUMBER.search(await to_the_end(citizen))


async def test_cancelling_is_asked_back_and_files_nothing(citizens: Citizens) -> None:
    citizen = citizens()
    await citizen.says("حفرة كبيرة بنص الشارع كسرت تاير سيارتي")

    asked = await citizen.says("الغ الشكوى")
    await citizen.taps("ألغها")
    status = await citizen.says("وين وصلت شكواي؟")

    assert "نوقف" in asked
    assert not NUMBER.search(status)


async def test_a_filed_case_can_be_withdrawn(citizens: Citizens) -> None:
    citizen = citizens()
    await citizen.says("الكهرباء مقطوعة عندنا من الفجر في السالمية قطعة ٤")
    await to_the_end(citizen)

    await citizen.says("ابي اسحب شكواي انحلت المشكلة")
    done = await citizen.taps("اسحبها")
    status = await citizen.says("وين وصلت شكواي؟")

    assert "تم سحب" in done
    assert "سحبتها أنت" in status


@pytest.mark.parametrize(
    "problem",
    [
        "الكهرباء مقطوعة عندنا من الفجر في السالمية قطعة ٤",
        "حفرة كبيرة بنص الشارع في الجهراء كسرت تاير سيارتي أمس",
        "الزبالة متكدسة قدام بيتنا في حولي من أسبوع ومحد يشيلها",
        "راتبي متأخر ثلاث شهور والشركة ما ترد علي",
        "المكيف خربان بمدرسة بنتي والجهال يموتون من الحر",
    ],
)
async def test_seven_turns_are_enough(citizens: Citizens, problem: str) -> None:
    citizen = citizens()

    await citizen.says(problem)
    receipt = await to_the_end(citizen)

    assert NUMBER.search(receipt)
    assert citizen.turns <= 8, citizen.said


async def test_the_median_story_takes_seven_turns_or_fewer(citizens: Citizens) -> None:
    turns: list[int] = []
    for problem in (
        "الكهرباء مقطوعة عندنا من الفجر في السالمية قطعة ٤",
        "حفرة كبيرة بنص الشارع كسرت تاير سيارتي",
        "الزبالة متكدسة قدام بيتنا من أسبوع ومحد يشيلها",
        "راتبي متأخر ثلاث شهور والشركة ما ترد علي",
        "كلاب ضالة تهاجم العيال بالفريج",
    ):
        citizen = citizens()
        await citizen.says(problem)
        assert NUMBER.search(await to_the_end(citizen))
        turns.append(citizen.turns)

    assert statistics.median(turns) <= 7, turns


def tracking_code(receipt: str) -> str:
    found = CODE.search(receipt)
    assert found, receipt
    return found[0]


async def to_the_review(citizen: Citizen, *, nameless: bool = False) -> None:
    """Answer whatever is asked, as a patient citizen would, up to the review."""
    for _ in range(12):
        told = citizen.said[-1]
        if any(title in ("أوافق، أرسلها", "I agree, send it") for title in citizen.titles):
            return
        await _answer(citizen, told, nameless=nameless)
    message = f"no review after {citizen.said}"
    raise AssertionError(message)


async def to_the_end(citizen: Citizen, *, nameless: bool = False) -> str:
    """Go through the review to the receipt."""
    await to_the_review(citizen, nameless=nameless)
    return await citizen.taps("أوافق" if "أوافق، أرسلها" in citizen.titles else "I agree")


async def _answer(citizen: Citizen, told: str, *, nameless: bool) -> None:
    wanted = ("بدون اسم",) if nameless else ()
    for title in (*wanted, "خلاص", "كمّل", "Go on", "That's all", "تخطّي", "Skip", "ما أذكر"):
        if any(title in shown for shown in citizen.titles):
            await citizen.taps(title)
            return
    if any("ولا وحدة" in title or "None of" in title for title in citizen.titles):
        await citizen.says(citizen.buttons[0]["payload"])
    elif "نعم" in citizen.titles or "Yes" in citizen.titles:
        await citizen.taps("نعم" if "نعم" in citizen.titles else "Yes")
    elif "المدني" in told or "civil ID" in told:
        await citizen.says(PERSON)
    elif "وين" in told or "here is this" in told:
        await citizen.says("حولي قطعة ٣ شارع ٢، من أمس")
    else:
        await citizen.says("شركة النور للتجارة")
