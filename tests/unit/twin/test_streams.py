import numpy as np

from moushi.twin.streams import Purpose, Streams, choice, fraction, mix


def test_a_stream_depends_on_seed_purpose_and_keys_only():
    first = Streams(1).of(Purpose.ORDERS, 5).random(4)
    other = Streams(1)
    other.of(Purpose.RATES, 5).random(100)
    assert (other.of(Purpose.ORDERS, 5).random(4) == first).all()
    assert (Streams(2).of(Purpose.ORDERS, 5).random(4) != first).all()
    assert (Streams(1).of(Purpose.ORDERS, 6).random(4) != first).all()


def test_hashes_are_those_of_splitmix():
    # First output of splitmix64 seeded with 0, as published with the generator.
    assert int(mix(np.array([0]), 1)[0]) == 0xE220A8397B1DCDAF


def test_fractions_are_spread_evenly():
    values = fraction(np.arange(100_000), 7)
    assert values.min() >= 0
    assert values.max() < 1
    counts = np.histogram(values, bins=10, range=(0, 1))[0]
    assert np.abs(counts - 10_000).max() < 400


def test_choices_stay_under_their_count():
    assert set(choice(np.arange(1_000), 1, 3).tolist()) == {0, 1, 2}
