from datetime import date

import pytest

from moushi.errors import InvalidSetting
from moushi.twin import Shape, Twin


def test_the_start_moves_to_its_monday():
    assert Shape(start=date(2024, 1, 4)).start == date(2024, 1, 1)


def test_weeks_are_counted_from_the_start():
    assert Shape().monday(2) == date(2024, 1, 15)


@pytest.mark.parametrize(
    "wrong",
    [
        {"customers": 0},
        {"products": 0},
        {"weeks": 0},
        {"seed": -1},
        {"review_share": 1.5},
        {"countries": ()},
        {"countries": ("CN", "CN")},
        {"countries": ("CN", "FR")},
        {"start": date(2012, 1, 1)},
        {"start": date(2034, 1, 1)},
    ],
)
def test_values_out_of_range_are_refused_by_name(wrong):
    with pytest.raises(InvalidSetting) as caught:
        Twin(**wrong)
    assert next(iter(wrong)) in str(caught.value)


def test_the_first_country_gives_the_currency():
    assert Shape(countries=("DE", "CN")).home.currency == "EUR"
