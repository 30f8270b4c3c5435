"""The numbers of the report, against the shop's own arithmetic."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from moushi.columns import OrderLines, Sources
from moushi.surfaces.report.content import build
from moushi.surfaces.report.parts import Content, Figure
from tests.support import LakeContext
from tests.surfaces.shop import COUNTRIES, FIRST, ISSUE, LAST, PRODUCTS, fill, price_of, units_on


def revenue(first: date, last: date) -> Decimal:
    """Return the shop's revenue over days, both ends included."""
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    return sum((units_on(day, place) * price_of(place) for day in days for place in range(len(PRODUCTS))), Decimal(0))


def figure(content: Content, code: str) -> Figure:
    assert content.happened is not None
    figures = (*content.figures, *content.happened.figures, *content.happened.customers)
    return next(each for each in figures if each.code == code)


def test_revenue_of_the_last_four_weeks_and_before(content: Content) -> None:
    found = figure(content, "revenue")
    assert found.value == revenue(LAST - timedelta(days=27), LAST)
    assert found.before == revenue(LAST - timedelta(days=55), LAST - timedelta(days=28))
    assert found.year_before == revenue(LAST - timedelta(days=27 + 364), LAST - timedelta(days=364))


def test_the_witness_of_revenue_names_rows_days_and_freshness(content: Content) -> None:
    witness = content.witnesses[figure(content, "revenue").witness - 1]
    assert witness.number == figure(content, "revenue").witness
    assert (witness.metric, witness.tables, witness.filters) == ("revenue", ("order_lines",), ("sales",))
    assert witness.rows == 28 * len(PRODUCTS)
    assert witness.period == (LAST - timedelta(days=27), LAST)
    assert witness.fresh == LAST


def test_weeks_cover_all_days_and_add_up(content: Content) -> None:
    assert content.happened is not None
    assert content.happened.step == "week"
    points = content.happened.points
    assert sum(point.value for point in points) == revenue(FIRST, LAST)
    assert all(point.at.weekday() == 0 for point in points)
    assert all(point.whole for point in points)  # the data begin on a Monday and end on a Sunday


def test_months_compare_with_the_year_before_only_where_whole(content: Content) -> None:
    assert content.happened is not None
    june = content.happened.months[-1]
    assert june.at == date(2024, 6, 1)
    assert june.revenue == revenue(date(2024, 6, 1), date(2024, 6, 30))
    assert june.before == revenue(date(2023, 6, 1), date(2023, 6, 30))
    january = next(month for month in content.happened.months if month.at == date(2024, 1, 1))
    assert january.before is None  # January 2023 is not whole: the data begin on its second day


def test_products_and_countries_are_ranked_and_complete(content: Content) -> None:
    assert content.happened is not None
    values = [row.value for row in content.happened.top]
    assert values == sorted(values, reverse=True)
    assert sum(values) == figure(content, "revenue").value
    assert {row.name for row in content.happened.top} == set(PRODUCTS.values())
    assert sum(row.value for row in content.happened.countries) == figure(content, "revenue").value
    assert {row.name for row in content.happened.countries} == set(COUNTRIES)


def test_customers_counts_come_from_profiles(content: Content) -> None:
    assert figure(content, "active").value == 10  # recency 0, 3, ... 27
    assert figure(content, "lapsing").value == 10  # every sixth of sixty


def test_expected_total_adds_the_days(content: Content) -> None:
    assert content.ahead is not None
    total = content.ahead.total
    assert total is not None
    assert total.value == pytest.approx(float(revenue(LAST + timedelta(days=1), LAST + timedelta(days=28))))
    assert total.before == revenue(LAST - timedelta(days=27), LAST)
    assert total.year_before == revenue(LAST - timedelta(days=363), LAST - timedelta(days=336))
    assert total.low is not None
    assert sum(band.q05 for band in content.ahead.days) < float(total.low) < float(total.value)  # drawn in: days do not all err together


def test_expected_units_stand_beside_what_was_sold_and_their_skill(content: Content) -> None:
    assert content.ahead is not None
    teapot = next(row for row in content.ahead.products if row.name == PRODUCTS["P1"])
    days = [LAST - timedelta(days=step) for step in range(28)]
    assert teapot.recent == sum(units_on(day, 0) for day in days)
    assert teapot.measured is not None
    assert teapot.measured.skill == pytest.approx(0.3)
    assert len(teapot.weeks) == 4
    assert content.ahead.measured is not None
    assert content.ahead.measured.skill == pytest.approx(0.31)


def test_decisions_keep_their_rank_and_live_status(content: Content) -> None:
    assert [each.decision_id for each in content.proposals] == ["d-0001", "d-0002", "d-0003", "d-0004"]
    assert [each.status for each in content.proposals] == ["proposed", "proposed", "approved", "proposed"]
    assert figure(content, "waiting_value").value == Decimal("1240.5") + 320 + 95


def test_voice_counts_each_text_once(content: Content) -> None:
    heard = content.voice
    assert heard is not None
    assert (heard.texts, heard.duplicates) == (40, 4)
    assert {row.name: row.value for row in heard.languages} == {"en": 18, "zh": 18}
    assert [(row.name, row.value) for row in heard.ratings] == [("5", 18), ("2", 9), ("1", 9)]
    quality = next(aspect for aspect in heard.aspects if aspect.code == "quality")
    assert (quality.positive, quality.negative) == (18, 0)
    assert quality.complaint is None


def test_a_quotation_marks_the_words_about_the_aspect(content: Content) -> None:
    assert content.voice is not None
    delivery = next(aspect for aspect in content.voice.aspects if aspect.code == "delivery")
    assert delivery.complaint is not None
    assert delivery.complaint.said == "流太慢了，"
    assert delivery.complaint.before.endswith("但是物")


def test_quality_counts_reasons_and_files(content: Content) -> None:
    known = content.quality
    assert known is not None
    assert [(row.table, row.balances) for row in known.counts] == [("order_lines", True)]
    assert [(row.code, row.rows, row.example, row.line) for row in known.reasons] == [("impossible_quantity", 20, "orders-00.csv", 2)]
    assert [(row.mapping, row.files, row.rows) for row in known.files] == [("orders", 12, 3300)]


def test_gaps_name_what_is_missing_weak_and_assumed(content: Content) -> None:
    found = {(gap.kind, gap.code) for gap in content.gaps}
    assert {("missing", "stock"), ("missing", "supply"), ("missing", "short_history"), ("assumed", "gross_margin")} <= found
    assert ("missing", "texts") not in found
    weak = [gap.facts["name"] for gap in content.gaps if gap.code == "product_skill"]
    assert weak == ["紫砂杯", "Glass cup, set of six"]  # skills -0.10 and -0.02, by expected units


def test_every_witness_number_used_exists(content: Content) -> None:
    assert [witness.number for witness in content.witnesses] == list(range(1, len(content.witnesses) + 1))
    assert len({(w.metric, w.tables, w.filters, w.rows, w.period, w.model) for w in content.witnesses}) == len(content.witnesses)


def test_an_empty_shop_has_no_sections(empty: LakeContext) -> None:
    found = build(empty.engine, empty.settings, name="new")
    assert (found.happened, found.ahead, found.voice, found.quality) == (None, None, None, None)
    assert found.figures == ()
    assert ("missing", "order_lines") in {(gap.kind, gap.code) for gap in found.gaps}


def test_one_day_of_data_compares_with_nothing(empty: LakeContext) -> None:
    fill(empty, texts=False, forecasts=False, decisions=False, days=1)
    found = build(empty.engine, empty.settings, name="new")
    assert found.happened is not None
    assert found.happened.window_days == 1
    assert found.happened.step == "day"
    assert [point.value for point in found.happened.points] == [revenue(LAST, LAST)]
    assert found.happened.figures[0].before is None
    assert all(row.before is None for row in found.happened.countries)


def test_the_preferred_issue_wins_among_those_of_the_same_day(shop: LakeContext) -> None:
    from moushi.columns import Forecasts
    from moushi.surfaces.report.source import Source

    assert Source(shop.engine, shop.settings).newest_issue(Forecasts, None) == ISSUE
    assert Source(shop.engine, shop.settings).newest_issue(Forecasts, "another") == ISSUE


def test_the_commonest_currency_is_the_shops_own_unless_set(shop: LakeContext, tmp_path: Path) -> None:
    from moushi.surfaces.report.source import Source

    assert Source(shop.engine, shop.settings).currency == "GBP"
    assert Source(shop.engine, LakeContext(tmp_path, currency="CNY").settings).currency == "CNY"


def test_files_of_an_unmapped_kind_are_counted(empty: LakeContext) -> None:
    row = {"source_id": "s", "load_id": 1, "position": 0, "source_name": "odd.csv", "format": "csv", "bytes": 9, "rows": 3}
    empty.put(Sources, [{**row, "quarantined": 3, "status": "quarantined", "tables": "{}"}])
    empty.put(OrderLines, [])
    found = build(empty.engine, empty.settings, name="new")
    assert found.quality is not None
    assert [(row.mapping, row.quarantined) for row in found.quality.files] == [(None, 3)]
