"""WhatsApp's error codes: each means one thing to do."""

import pytest

from bot.channels import Failure
from connectors.whatsapp.failures import NO_CODE, TEMPLATE_FAULTS, failure_of, wait_after


@pytest.mark.parametrize("code", [4, 80007, 130429, 133016])
def test_a_rate_limit_of_the_number_halts_the_channel(code: int):
    assert failure_of(code, 400) is Failure.HALTED


@pytest.mark.parametrize("code", [131048, 131064])
def test_being_taken_for_spam_halts_the_channel_for_long(code: int):
    assert failure_of(code, 400) is Failure.HALTED
    assert wait_after(code, 0) == 3600


def test_the_limit_of_one_citizen_waits_longer_each_time_and_five_minutes_at_most():
    assert failure_of(131056, 400) is Failure.BUSY
    assert [wait_after(131056, n) for n in (0, 1, 2, 3, 4, 5, 5000)] == [
        1.0,
        4.0,
        16.0,
        64.0,
        256.0,
        300.0,
        300.0,
    ]


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        (131047, Failure.WINDOW),
        (131026, Failure.UNREACHABLE),
        (131030, Failure.UNREACHABLE),
        (131053, Failure.TRANSIENT),
        (131051, Failure.REFUSED),
        (131052, Failure.REFUSED),
    ],
)
def test_a_message_that_cannot_arrive_says_why(code: int, failure: Failure):
    assert failure_of(code, 400) is failure


@pytest.mark.parametrize("code", [131049, 131050, 130472])
def test_what_meta_chose_not_to_deliver_is_not_tried_again(code: int):
    assert failure_of(code, 400) is Failure.REFUSED


@pytest.mark.parametrize("code", [131000, 131016, 1, 2])
def test_metas_own_trouble_is_tried_again(code: int):
    assert failure_of(code, 400) is Failure.TRANSIENT


@pytest.mark.parametrize("code", [190, 0, 10, *range(200, 300)])
def test_a_token_or_permission_is_for_the_operator(code: int):
    assert failure_of(code, 400) is Failure.CREDENTIALS


@pytest.mark.parametrize("code", sorted(TEMPLATE_FAULTS))
def test_a_template_that_does_not_fit_is_refused(code: int):
    assert failure_of(code, 400) is Failure.REFUSED


@pytest.mark.parametrize("status", [500, 502, 503, 504, 302, 408])
def test_an_answer_without_a_code_of_a_server_in_trouble_is_tried_again(status: int):
    assert failure_of(NO_CODE, status) is Failure.TRANSIENT


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (429, Failure.HALTED),
        (401, Failure.CREDENTIALS),
        (403, Failure.CREDENTIALS),
        (400, Failure.REFUSED),
        (404, Failure.REFUSED),
    ],
)
def test_without_a_code_the_status_tells(status: int, failure: Failure):
    assert failure_of(NO_CODE, status) is failure


def test_an_unknown_code_is_refused_but_not_when_the_server_is_in_trouble():
    assert failure_of(999_999) is Failure.REFUSED
    assert failure_of(999_999, 400) is Failure.REFUSED
    assert failure_of(999_999, 500) is Failure.TRANSIENT


def test_a_known_code_says_more_than_the_status():
    assert failure_of(131026, 500) is Failure.UNREACHABLE


def test_other_codes_leave_the_wait_to_the_sender():
    assert wait_after(131000, 3) is None
