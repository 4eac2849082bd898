"""Case numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.numbers import BadCaseNumberError, CaseNumber, fold_digits

NUMBER = CaseNumber("KW", 2026, 4217)
NUMBERS = st.builds(
    CaseNumber,
    country=st.from_regex(r"[A-Z]{2}", fullmatch=True),
    year=st.integers(1000, 9999),
    serial=st.integers(0, 999_999) | st.integers(0, 999_999_999),
)
USUAL_NUMBERS = NUMBERS.filter(lambda number: number.serial <= 999_999)


def test_number_is_written_with_its_check_digit():
    assert str(NUMBER) == "KW-2026-004217-6"


@pytest.mark.parametrize(
    "typed",
    [
        "KW-2026-004217-6",
        "kw-2026-004217-6",
        "  KW 2026 004217 6\n",
        "KW20260042176",
        "2026-004217-6",
        "20260042176",
        "KW-٢٠٢٦-٠٠٤٢١٧-٦",
        "٢٠٢٦٠٠٤٢١٧٦",
        "۲۰۲۶-۰۰۴۲۱۷-۶",
        "KW-٢٠٢٦-۰۰۴۲۱۷-6",
        "\u2068KW-2026-004217-6\u2069",  # copied together with its direction marks
        "#KW–2026–004217–6.",
    ],
)
def test_number_is_read_however_it_was_typed(typed: str):
    assert CaseNumber.parse(typed, country="KW") == NUMBER


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "KW",
        "KW-2026-004217",
        "KW-2026-004217-7",
        "KW-2026-004271-6",
        "KW-2025-004217-6",
        "KWT-2026-004217-6",
        "QA-2026-004217-6",
        "KW-2026-4217-6",
        "KW-2026-004217-66",
        "KW-2026-00421x-6",
        "رقم شكواي",
    ],
)
def test_what_is_no_number_is_refused(typed: str):
    with pytest.raises(BadCaseNumberError):
        CaseNumber.parse(typed, country="KW")


def test_number_without_a_country_is_read_as_of_the_country_asked_for():
    with pytest.raises(BadCaseNumberError):  # the country is part of what the digit checks
        CaseNumber.parse("2026-004217-6", country="QA")


def test_numbers_go_on_after_the_first_million_of_a_year():
    number = CaseNumber("KW", 2026, 1_000_000)

    assert CaseNumber.parse(str(number), country="KW") == number


@given(NUMBERS)
def test_any_number_is_read_as_it_was_written(number: CaseNumber):
    assert CaseNumber.parse(str(number), country="KW") == number


@given(USUAL_NUMBERS, st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_found(number: CaseNumber, place: int, off_by: int):
    digits = [int(digit) for digit in str(number) if digit.isdecimal()]
    digits[place] = (digits[place] + off_by) % 10

    with pytest.raises(BadCaseNumberError):
        CaseNumber.parse("".join(map(str, digits)), country=number.country)


@given(USUAL_NUMBERS, st.integers(0, 9))
def test_two_swapped_digits_are_found(number: CaseNumber, place: int):
    digits = [digit for digit in str(number) if digit.isdecimal()]
    swapped = [*digits[:place], digits[place + 1], digits[place], *digits[place + 2 :]]

    if swapped == digits:
        assert CaseNumber.parse("".join(swapped), country=number.country) == number
    else:
        with pytest.raises(BadCaseNumberError):
            CaseNumber.parse("".join(swapped), country=number.country)


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("٠١٢٣٤٥٦٧٨٩", "0123456789"),
        ("۰۱۲۳۴۵۶۷۸۹", "0123456789"),
        ("شكوى ٣", "شكوى 3"),
        ("½²", "½²"),
    ],
)
def test_digits_of_every_script_become_ascii_and_nothing_else_changes(typed: str, folded: str):
    assert fold_digits(typed) == folded
