import pytest

from moushi.ledger.facts import Witness
from moushi.llm.references import Evidence, Fact
from moushi.llm.render import fact_words, render
from tests.unit.llm.checker.support import evidence

SEEN = Witness("revenue", "order_lines")


@pytest.mark.parametrize(
    ("prose", "language", "text"),
    [
        ("Revenue rose {{change:revenue.change}} to {{money:revenue}}.", "en", "Revenue rose 12% to £48,210."),
        ("Revenue moved by {{change:revenue.change}}.", "en", "Revenue moved by +12%."),
        ("Orders fell {{change:orders.change}}.", "en", "Orders fell 4.2%."),
        ("Orders changed by {{change:orders.change}}.", "en", "Orders changed by −4.2%."),
        ("{{count:orders}} orders in {{period:week}}.", "en", "812 orders in Mar 3, 2025 – Mar 9, 2025."),
        ("{{product:mug}} ranks {{rank:rank.mug}}.", "en", "Travel Mug ranks 12th of 40."),
        ("销售额环比上升{{change:revenue.change}}，达到{{money:revenue}}。", "zh", "销售额环比上升12%，达到¥48,210。"),
        ("共{{count:orders}}单，{{rank:rank.mug}}。", "zh", "共812单，第 12 位（共 40 个）。"),
    ],
)
def test_values_are_written_as_people_read_them(prose, language, text):
    assert render(prose, evidence("week", language), language).text == text


def test_an_interval_comes_with_its_value():
    text = render("Revenue is expected to rise by {{change:revenue.next.change}}.", evidence("ahead", "en"), "en").text
    assert text == "Revenue is expected to rise by 5.8% (90% interval −6.0% to 19%)."
    text = render("Demand should fall by {{change:d}}.", drop(), "en").text
    assert text == "Demand should fall by 9.0% (80% interval 2.0% to 16%)."


def drop():
    made = Evidence()
    made.add("d", Fact("change", -0.09, SEEN, unit="share", low=-0.16, high=-0.02, level=0.8, forecast=True))
    return made


def test_quotes_are_verbatim_and_marked_once():
    made = evidence("voice", "en")
    for prose in ("They wrote: {{quote:quote.pillow}}", "They wrote: “{{quote:quote.pillow}}”"):
        assert render(prose, made, "en").text == "They wrote: “It went flat after a week.”"


def test_every_fact_named_is_witnessed_once_in_order():
    made = evidence("week", "en")
    shown = render("Glow Lamp: {{count:units.lamp}}, {{change:change.lamp}}, again {{count:units.lamp}}.", made, "en")
    assert [name for name, _ in shown.witnesses] == ["lamp", "units.lamp", "change.lamp"]
    assert shown.witnesses[1][1] == made.facts["units.lamp"].witness


def test_what_the_checker_refuses_is_not_rendered():
    with pytest.raises(KeyError, match="nothing"):
        render("Revenue was {{money:nothing}}.", evidence("week", "en"), "en")


@pytest.mark.parametrize(
    ("fact", "text"),
    [
        (Fact("change", 1.5, SEEN, unit="points"), "+1.5 percentage points"),
        (Fact("change", -12.5, SEEN, unit="GBP"), "−£12.50"),
        (Fact("ranking", 22, SEEN, unit="highest"), "22nd"),
        (Fact("ranking", 11, SEEN, unit="highest", among=1200), "11th of 1,200"),
        (Fact("first", "2023-01-02", SEEN), "since records begin on Jan 2, 2023"),
        (Fact("count", 1, SEEN, unit="orders"), "1 order"),
        (Fact("share", 0.064, SEEN), "6.4%"),
    ],
)
def test_kinds_of_facts_in_words(fact, text):
    assert fact_words(fact, "en") == text
