"""Tracking codes."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.access import AccessKeys

KEYS = AccessKeys(b"secret")
CODE = KEYS.tracking_code("telegram:7:1")


def test_code_of_a_filing_is_the_same_each_time():
    assert AccessKeys(b"secret").tracking_code("telegram:7:1") == CODE


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_code_can_be_read_aloud_and_copied(filing_key: str):
    code = KEYS.tracking_code(filing_key)

    assert re.fullmatch(r"[2-9A-HJKMNP-TW-Z]{4}-[2-9A-HJKMNP-TW-Z]{4}", code)


def test_filings_have_codes_of_their_own():
    assert len({KEYS.tracking_code(str(filing)) for filing in range(2_000)}) == 2_000


def test_another_secret_makes_other_codes_and_hashes():
    others = AccessKeys(b"other")

    assert others.tracking_code("telegram:7:1") != CODE
    assert others.hashed(CODE) != KEYS.hashed(CODE)


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        CODE.lower(),
        CODE.replace("-", ""),
        f"  {CODE.replace('-', ' ')}\n",
        f"\u2068{CODE}\u2069",
    ],
)
def test_code_opens_however_it_was_typed(typed: str):
    assert KEYS.opens(typed, KEYS.hashed(CODE))


def test_digits_of_a_code_may_be_of_any_script():
    assert KEYS.opens("ABCD-٢٣٤٥", KEYS.hashed("ABCD-2345"))
    assert KEYS.opens("ABCD-۲۳۴۵", KEYS.hashed("ABCD-2345"))


@pytest.mark.parametrize("typed", ["", "AAAA-AAAA", CODE[:-1], CODE + "A", "رمز"])
def test_anything_else_does_not_open(typed: str):
    assert not KEYS.opens(typed, KEYS.hashed(CODE))


def test_hash_does_not_tell_the_code():
    assert CODE.replace("-", "") not in KEYS.hashed(CODE).upper()
