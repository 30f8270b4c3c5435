import asyncio

from moushi.llm.breaker import Breaker, Pace


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def test_it_opens_after_failures_in_a_row_and_lets_one_call_try_after_the_pause():
    clock = Clock()
    breaker = Breaker(2, 60, clock)
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert not breaker.allows()
    assert breaker.waits_s == 60
    clock.now += 61
    assert breaker.allows()
    assert not breaker.allows()
    breaker.failed()
    clock.now += 59
    assert not breaker.allows()
    clock.now += 2
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.allows()
    assert breaker.allows()


def test_a_success_in_between_begins_the_count_anew():
    breaker = Breaker(2, 60, Clock())
    for _ in range(5):
        breaker.failed()
        breaker.succeeded()
    breaker.failed()
    assert breaker.allows()


def test_an_endpoint_that_asks_for_time_gets_it():
    clock = Clock()
    breaker = Breaker(5, 60, clock)
    breaker.failed(wait_s=600)
    clock.now += 599
    assert not breaker.allows()
    clock.now += 2
    assert breaker.allows()


def test_calls_are_spaced_evenly():
    waits = []

    async def sleep(seconds):
        waits.append(seconds)

    async def three():
        pace = Pace(60, sleep)
        for _ in range(3):
            await pace.wait()

    asyncio.run(three())
    # The first goes at once; the clock hardly moves between the others.
    assert [round(wait) for wait in waits] == [1, 2]
