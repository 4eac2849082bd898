"""The examples rules, on pairs that they must and must not refuse and on small data."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from scripts import check_data
from scripts.check_data import Line, Pair

type Rule = Callable[[Sequence[Line]], Iterator[Pair]]

LEAKING = "خط الماي مكسور جدام بيتنا من يومين والشارع صار بركة"


def refused(rule: Rule, one: str, two: str, *, labels: tuple[str, str] = ("a", "a")) -> bool:
    texts = zip(("x:1", "x:2"), labels, (one, two), strict=True)
    return any(rule([Line(place, label, check_data.fold(text)) for place, label, text in texts]))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param("أرسلها", "ارسلها", id="hamza"),
        pytest.param("شي ثاني", "شيء ثاني", id="a hamza alone"),
        pytest.param("تخطّى", "تخطي", id="marks and alef maqsura"),
        pytest.param("الإقامة", "الاقامه", id="ta marbuta"),
        pytest.param("شـــكراً", "شكرا", id="tatweel"),
        pytest.param("هلاااا والله", "هلا والله", id="stretched"),
        pytest.param("السلام علیکم", "السلام عليكم", id="another keyboard"),
        pytest.param("قضية ٤٤١٢", "قضية 4412", id="digits"),
        pytest.param("لا، ما أبي!", "لا ما ابي", id="punctuation"),
        pytest.param("باي 👋👋", "باي", id="emoji beside words"),
        pytest.param("Yes PLEASE", "yes please", id="case"),
    ],
)
def test_what_differs_in_spelling_only_is_the_same(one: str, two: str) -> None:
    assert refused(check_data.same, one, two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param("لا", "لا لا", id="said twice"),
        pytest.param("قضية ١١١", "قضية ١", id="repeated digits are a number"),
        pytest.param("👍", "👎", id="emoji alone"),
        pytest.param("باي", "هاي", id="another letter"),
    ],
)
def test_short_turns_that_say_something_else_are_not_the_same(one: str, two: str) -> None:
    assert not refused(check_data.same, one, two)


def test_the_same_turn_under_two_intents_is_refused() -> None:
    assert refused(check_data.same, "تم", "تم ✅", labels=("affirm", "done"))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param(
            "المكيف خربان بالمدرسة والعيال ما يقدرون يدرسون من الحر",
            "مكيف المدرسة خربان والعيال ما يقدرون يدرسون من الحر",
            id="two words turned around",
        ),
        pytest.param(
            "من الصبح الكهرباء مقطوعة عندنا",
            "الكهرباء مقطوعة عندنا من الصبح",
            id="the same words in another order",
        ),
        pytest.param("یہ سروس مفت ہے کیا", "کیا یہ سروس بالکل مفت ہے؟", id="one word more"),
        pytest.param(
            "the lift in our tower is broken again",
            "the lift in our towers is broken again",
            id="one letter more",
        ),
    ],
)
def test_copies_are_near_whatever_their_labels(one: str, two: str) -> None:
    assert refused(check_data.near, one, two, labels=("a", "b"))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param(
            "no electricity in our area", "no mobile signal in our area", id="two faults"
        ),
        pytest.param("ابي اكلم موظف", "ابي اكلم موظفة", id="too short to judge"),
        pytest.param(
            "أستأذنكم الآن، والسلام عليكم ورحمة الله وبركاته",
            "السلام عليكم ورحمة الله وبركاته",
            id="a formula",
        ),
        pytest.param(
            "مكيفات المسجد خربانة والناس تصلي بالحر",
            "المسجد بلا مكيف، صلينا التراويح برا",
            id="one fault told by two people",
        ),
    ],
)
def test_honest_lines_are_not_near(one: str, two: str) -> None:
    assert not refused(check_data.near, one, two)


HALF = "two hours in the immigration line at the airport"
WHOLE = f"{HALF}, one counter open of twelve and nobody to ask"


def test_a_line_cut_from_a_longer_one_is_part_of_it() -> None:
    assert refused(check_data.part, WHOLE, HALF)
    assert not refused(check_data.near, WHOLE, HALF)


def test_a_part_under_another_label_is_a_contrast_and_stays() -> None:
    assert not refused(check_data.part, WHOLE, HALF, labels=("a", "b"))


def test_a_line_that_shares_a_place_and_a_time_is_no_part() -> None:
    other = "at the airport my bags took two hours and nobody was in the hall"

    assert not refused(check_data.part, HALF, other)


def test_a_greeting_that_others_begin_with_is_no_part() -> None:
    greeting = "السلام عليكم ورحمة الله وبركاته"

    assert not refused(check_data.part, greeting, f"{greeting} أبي أشتكي على البلدية")


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param(
            "دس میں سے آٹھ نمبر دیتا ہوں", "دس میں سے نو نمبر دیتی ہوں", id="two words swapped"
        ),
        pytest.param(
            "أبي أعرف متى توصلني البطاقة المدنية",
            "لو سمحت أبي أعرف متى توصلني البطاقة المدنية",
            id="two words added in front",
        ),
        pytest.param(
            "the bus never stops at our corner",
            "the old bus never stops at their corner",
            id="one added and one swapped",
        ),
        pytest.param(
            "my son waits every morning for the school bus outside",
            "my wife waits every evening for the company bus outside",
            id="three of ten words swapped",
        ),
    ],
)
def test_a_frame_with_swapped_or_added_words_is_refused_within_a_label(one: str, two: str) -> None:
    assert refused(check_data.frame, one, two)
    assert not refused(check_data.frame, one, two, labels=("a", "b"))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        pytest.param("ten out of ten", "nine out of ten", id="too short to judge"),
        pytest.param(
            "the bus never stops at our corner",
            "the driver of the bus smokes at every corner",
            id="a few common words",
        ),
        pytest.param(
            "my son waits every morning for the school bus outside",
            "my aunt waits every night for the dialysis van outside",
            id="four of ten words differ",
        ),
        pytest.param(
            "the street lamp at our door is dark",
            "dark is the lamp that stood at the door of our street",
            id="another order",
        ),
    ],
)
def test_lines_that_are_built_differently_are_no_frame(one: str, two: str) -> None:
    assert not refused(check_data.frame, one, two)


def test_a_pair_is_told_once_with_the_first_rule_it_breaks() -> None:
    words = check_data.fold(LEAKING)
    lines = [Line("x:1", "a", words), Line("x:2", "a", words)]

    assert check_data.alike(lines) == {(lines[0], lines[1]): "the same"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with one intent and one category, both with just enough lines."""
    write(tmp_path, "domain.yml", "intents:\n- greet\n- report_problem\n- answer\n")
    taxonomy = "agencies:\n- code: water\n  categories:\n  - {code: leak}\n"
    write(tmp_path, "jurisdictions/kuwait/taxonomy.yml", taxonomy)
    write(tmp_path, "nlu/data/intents/greet.yml", intent("greet", numbered("hello", 60)))
    write(tmp_path, "nlu/data/categories/plain/water.yml", category("leak", numbered("drop", 40)))
    write(tmp_path, "tests/nlu/heldout/intents/english.tsv", measured("greet", numbered("hey", 8)))
    write(tmp_path, "tests/nlu/heldout/categories/urdu.tsv", measured("leak", numbered("wet", 8)))
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (root / name).write_text(text, "utf-8")


def numbered(word: str, count: int) -> list[str]:
    return [f"{word} {number}" for number in range(count)]


def intent(name: str, examples: Sequence[str]) -> str:
    lines = "".join(f"    - {example}\n" for example in examples)
    return f'# a hand\nversion: "3.1"\nnlu:\n- intent: {name}\n  examples: |\n{lines}'


def category(code: str, examples: Sequence[str]) -> str:
    named = f"report_problem\n  metadata:\n    category: {code}"
    return intent(named, examples)


def measured(label: str, texts: Sequence[str]) -> str:
    return "".join(f"{label}\t{text}\n" for text in texts)


def test_clean_data_passes(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_data.main(root) == 0
    assert capsys.readouterr().out == "data: 100 examples, 16 held out, 0 problems\n"


def test_a_trained_line_near_a_measured_one_is_refused_without_showing_either(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = [*numbered("drop", 40), f"{LEAKING} يا جماعة"]
    write(root, "nlu/data/categories/plain/water.yml", category("leak", examples))
    texts = [*numbered("wet", 8), LEAKING]
    write(root, "tests/nlu/heldout/categories/urdu.tsv", measured("leak", texts))

    assert check_data.main(root) == 1
    trained, held_out = "nlu/data/categories/plain/water.yml:48", "heldout/categories/urdu.tsv:9"
    assert capsys.readouterr().out.splitlines() == [
        f"{trained} tests/nlu/{held_out}: nearly the same",
        "data: 101 examples, 17 held out, 1 problems",
    ]


def test_what_is_trained_on_twice_in_two_folders_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(root, "nlu/data/intents/replies/greet.yml", intent("greet", ["Hello, 7!"]))

    assert check_data.main(root) == 1
    places = "nlu/data/intents/greet.yml:13 nlu/data/intents/replies/greet.yml:6"
    assert f"{places}: the same\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        pytest.param(
            "nlu/data/intents/greet.yml",
            intent("greet", numbered("hello", 59)),
            "greet: 59 examples, 60 are needed",
            id="an intent",
        ),
        pytest.param(
            "nlu/data/categories/plain/water.yml",
            category("leak", numbered("drop", 39)),
            "leak: 39 examples, 40 are needed",
            id="a category",
        ),
        pytest.param(
            "tests/nlu/heldout/intents/english.tsv",
            measured("greet", numbered("hey", 7)),
            "greet: 7 held out, 8 are needed",
            id="held out",
        ),
        pytest.param(
            "nlu/data/intents/wave.yml",
            intent("wave", ["I wave"]),
            "wave: neither an intent that is said nor a category",
            id="a label that nobody knows",
        ),
        pytest.param(
            "nlu/data/intents/answer.yml",
            intent("answer", ["it is pressed"]),
            "answer: neither an intent that is said nor a category",
            id="a label that is only sent",
        ),
        pytest.param(
            "nlu/data/intents/report.yml",
            intent("report_problem", ["something is wrong"]),
            "report_problem: neither an intent that is said nor a category",
            id="a problem without a category",
        ),
    ],
)
def test_a_label_with_too_few_lines_or_unknown_is_refused(
    root: Path, capsys: pytest.CaptureFixture[str], name: str, text: str, problem: str
) -> None:
    write(root, name, text)

    assert check_data.main(root) == 1
    assert f"{problem}\n" in capsys.readouterr().out
