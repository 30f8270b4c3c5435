"""For random evidence, texts made from it pass, and texts that contradict it do not."""

from dataclasses import dataclass, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from moushi.ledger.facts import Witness
from moushi.llm.checker import check
from moushi.llm.references import Evidence, Fact
from moushi.llm.render import render
from moushi.llm.template import metric_words, write

LANGUAGES = ("en", "zh")
NAMES = {"en": ("Glow Lamp", "Travel Mug", "Oak Tray", "Sea Soap"), "zh": ("晨光台灯", "旅行杯", "橡木托盘", "海盐香皂")}
MEASURES = {
    "revenue": ("money", ""), "order_value": ("money", ""), "orders": ("count", "orders"), "customers": ("count", "customers"),
    "return_rate": ("share", ""), "rating": ("number", "stars"), "visits": ("count", "visits"), "margin": ("money", ""),
}  # fmt: skip
METRICS = tuple(MEASURES)

moves = st.floats(0.002, 3.0).map(lambda x: round(x, 4)).flatmap(lambda x: st.sampled_from([x, -x]))


@dataclass
class Case:
    evidence: Evidence
    language: str
    sentences: list


@st.composite
def cases(draw, language):
    made = Evidence(known=frozenset({"Nordlys", "小熊电器"}))
    seen = Witness("name")
    for number, name in enumerate(draw(st.permutations(NAMES[language]))[:2]):
        made.add(f"p{number}", Fact("name", name, seen, unit="product"))
    made.add("c", Fact("name", "Spring Sale" if language == "en" else "春日特惠", seen, unit="campaign"))
    for metric in draw(st.lists(st.sampled_from(METRICS), min_size=2, max_size=3, unique=True)):
        for about in ((), ("p0",), ("p1",)):
            _add(draw, made, metric, about)
    _add_experiment(draw, made)
    sentences = [
        _say(draw, made, identifier, language) for identifier, fact in made.facts.items() if fact.kind not in ("name", "experiment")
    ]
    kept = draw(st.lists(st.sampled_from(sentences), min_size=1, max_size=6, unique=True))
    return Case(made, language, kept)


def _add(draw, made, metric, about):
    kind, unit = MEASURES[metric]
    where = metric + "".join(f".{name}" for name in about)
    unit = "GBP" if kind == "money" else unit
    value = draw(st.floats(0, 1)) if kind == "share" else draw(st.integers(1, 5)) if metric == "rating" else draw(st.integers(0, 10**7))
    forecast = draw(st.booleans())
    made.add(where, Fact(kind, value, Witness(metric), unit=unit, about=about, forecast=forecast))
    against = draw(st.sampled_from(["previous", "year", "expected"]))
    made.add(f"{where}.change", Fact("change", draw(moves), Witness(metric), unit="share", against=against, about=about))
    if about:
        among = draw(st.integers(2, 500))
        place = draw(st.sampled_from([1, 2, among]))
        made.add(
            f"{where}.rank",
            Fact("ranking", place, Witness(metric), unit=draw(st.sampled_from(["highest", "lowest"])), among=among, about=about),
        )


def _add_experiment(draw, made):
    value = draw(moves)
    reach = draw(st.sampled_from([0.5, 1.5]))
    low, high = sorted((value * (1 - reach), value * (1 + reach)))
    made.add("effect", Fact("experiment", value, Witness("orders"), unit="share", low=low, high=high, about=("c",)))


WORDS = {
    "en": {
        1: ("rose", "increased", "climbed", "went up", "grew"), -1: ("fell", "declined", "dropped", "went down", "decreased"),
        "previous": "on the period before", "year": "year on year", "expected": "against expectations",
        "highest": ("the highest", "the most"), "lowest": ("the lowest", "the least"),
    },
    "zh": {
        1: ("上升", "增长", "提高", "上涨", "回升"), -1: ("下降", "减少", "下滑", "回落", "降低"),
        "previous": "环比", "year": "同比", "expected": "较预期",
        "highest": ("最高", "最多"), "lowest": ("最低", "最少"),
    },
}  # fmt: skip
SAY = {
    "en": {
        "measured": "{metric} {of}was {value}.", "forecast": "{metric} {of}is expected to be {value}.",
        "change": "{metric} {of}{verb} {value} {against}.",
        "rank": "{name} had {end} {metric} ({value}).", "ranked": "{name} ranks {value} by {metric}.",
    },
    "zh": {
        "measured": "{of}{metric}为{value}。", "forecast": "预计{of}{metric}为{value}。",
        "change": "{of}{metric}{against}{verb}{value}。",
        "rank": "{name}的{metric}{end}（{value}）。", "ranked": "按{metric}看，{name}排在{value}。",
    },
}  # fmt: skip


def _say(draw, made, identifier, language):
    fact = made.facts[identifier]
    metric = metric_words(fact.witness.metric, language)
    fields = {
        "metric": metric[:1].upper() + metric[1:] if language == "en" and fact.kind != "ranking" else metric,
        "value": made.reference(identifier),
    }
    name = made.reference(fact.about[0]) if fact.about else ""
    fields |= {
        "name": name,
        "of": (f"of {name} " if language == "en" else f"{name}的") if name else ("of the whole shop " if language == "en" else "全店"),
    }
    words = WORDS[language]
    if fact.kind == "change":
        return SAY[language]["change"].format(**fields, verb=draw(st.sampled_from(words[fact.sign])), against=words[fact.against])
    if fact.kind == "ranking":
        end = fact.unit if fact.value == 1 else {"highest": "lowest", "lowest": "highest"}[fact.unit] if fact.value == fact.among else None
        return SAY[language]["rank" if end else "ranked"].format(**fields, end=draw(st.sampled_from(words[end])) if end else "")
    return SAY[language]["forecast" if fact.forecast else "measured"].format(**fields)


def prose(case, sentences):
    return ("" if case.language == "zh" else " ").join(sentences)


many = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
@many
def test_what_the_evidence_says_passes_and_is_rendered(language, data):
    case = data.draw(cases(language))
    text = prose(case, case.sentences)
    assert check(text, case.evidence, language) == ()
    shown = render(text, case.evidence, language)
    assert "{{" not in shown.text
    assert shown.witnesses


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
@many
def test_the_template_passes_its_own_checker(language, data):
    case = data.draw(cases(language))
    text = write(case.evidence, language)
    assert check(text, case.evidence, language) == ()
    assert all(case.evidence.reference(identifier) in text for identifier, fact in case.evidence.facts.items() if fact.kind != "name")
    assert "{{" not in render(text, case.evidence, language).text


def corrupted(data, case, index, sentence):
    """Return the text with one sentence replaced."""
    return prose(case, [*case.sentences[:index], sentence, *case.sentences[index + 1 :]])


def pick(data, case, kinds):
    """Return a sentence that names a fact of these kinds, and the fact's identifier."""
    found = [
        (index, identifier)
        for index, sentence in enumerate(case.sentences)
        for identifier, fact in case.evidence.facts.items()
        if fact.kind in kinds and case.evidence.reference(identifier) in sentence
    ]
    return data.draw(st.sampled_from(sorted(found))) if found else None


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
@many
def test_a_direction_turned_around_is_caught(language, data):
    case = data.draw(cases(language))
    chosen = pick(data, case, ("change",))
    if chosen is None:
        return
    index, identifier = chosen
    sign = case.evidence.facts[identifier].sign
    verb = next(verb for verb in WORDS[language][sign] if verb in case.sentences[index])
    other = data.draw(st.sampled_from(WORDS[language][-sign]))
    text = corrupted(data, case, index, case.sentences[index].replace(verb, other))
    assert "direction" in {fault.rule for fault in check(text, case.evidence, language)}


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
@many
def test_another_fact_in_its_place_is_caught(language, data):
    case = data.draw(cases(language))
    chosen = pick(data, case, ("money", "count", "share", "number", "change", "ranking"))
    index, identifier = chosen
    fact = case.evidence.facts[identifier]
    others = [
        other
        for other, found in case.evidence.facts.items()
        if other != identifier and found.kind != "name" and (found.about, found.witness.metric) != (fact.about, fact.witness.metric)
    ]
    other = data.draw(st.sampled_from(others))
    text = corrupted(data, case, index, case.sentences[index].replace(case.evidence.reference(identifier), case.evidence.reference(other)))
    assert check(text, case.evidence, language), text


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
@many
def test_another_name_in_its_place_is_caught(language, data):
    case = data.draw(cases(language))
    chosen = pick(data, case, ("name",))
    if chosen is None:
        return
    index, name = chosen
    other = data.draw(st.sampled_from(sorted({"p0", "p1", "c"} - {name})))
    text = corrupted(data, case, index, case.sentences[index].replace(case.evidence.reference(name), case.evidence.reference(other)))
    assert check(text, case.evidence, language), text


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
@many
def test_a_fact_whose_value_is_turned_around_is_caught(language, data):
    case = data.draw(cases(language))
    chosen = pick(data, case, ("change", "ranking"))
    if chosen is None:
        return
    _, identifier = chosen
    fact = case.evidence.facts[identifier]
    if fact.kind == "ranking" and fact.among == 2:
        return
    if fact.kind == "ranking" and fact.value not in (1, fact.among):
        return
    turned = replace(fact, value=-fact.value if fact.kind == "change" else 2)
    facts = Evidence(case.evidence.facts | {identifier: turned}, case.evidence.known)
    assert check(prose(case, case.sentences), facts, language)


INSERTED = {
    "en": (
        "12", "3.5%", "１２", "twelve",
        "half", "twice", "a third", "dozens of", "£40", "40 dollars", "a few pounds", "on Tuesday", "in March 2024",
        "yesterday", "Nordlys", "at Harrods", "because of the sale", "thanks to us", "which led to this",
        "as the best of all", "for the first time",
        "more than ever", "faster", "the most popular", "not only rising", "{{money:none}}",
        "“so good”", "[NAME_1]", "②", "Ⅳ", "٣", "IV times",
    ),
    "zh": (
        "12", "3.5%", "１２", "十二", "一半", "两倍", "三成", "数十",
        "¥40", "四十元", "几块钱", "周二", "二〇二四年三月", "昨天", "小熊电器", "在京东",
        "由于促销", "得益于此", "从而导致这样", "是最好的", "首次", "越来越多", "更快", "最受欢迎", "不仅上涨",
        "{{money:none}}", "“太好了”", "【姓名】", "②", "Ⅳ", "٣", "翻番",
    ),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
@many
def test_what_no_query_stands_behind_is_caught(language, data):
    case = data.draw(cases(language))
    inserted = data.draw(st.sampled_from(INSERTED[language]))
    before, after = ("This is so ", ", they say.") if language == "en" else ("情况如此，", "，他们说。")
    index = data.draw(st.integers(0, len(case.sentences)))
    sentences = [*case.sentences[:index], before + inserted + after, *case.sentences[index:]]
    assert check(prose(case, sentences), case.evidence, language), inserted


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
@many
def test_what_no_query_stands_behind_is_caught_inside_a_sentence(language, data):
    case = data.draw(cases(language))
    inserted = data.draw(st.sampled_from([text for text in INSERTED[language] if text not in MAY_BIND]))
    index = data.draw(st.integers(0, len(case.sentences) - 1))
    sentence = case.sentences[index]
    places = [
        at for at, character in enumerate(sentence) if character in " ，。." and sentence.count("{{", 0, at) == sentence.count("}}", 0, at)
    ]
    at = data.draw(st.sampled_from(places))
    text = corrupted(data, case, index, sentence[:at] + " " + inserted + sentence[at:])
    assert check(text, case.evidence, language), text


# Words of relation may rest on a fact that happens to stand in the sentence.
MAY_BIND = {"as the best of all", "more than ever", "the most popular", "not only rising", "是最好的", "越来越多", "最受欢迎", "不仅上涨"}


@pytest.mark.parametrize("language", LANGUAGES)
@given(data=st.data())
@many
def test_a_cause_needs_an_experiment_that_is_sure(language, data):
    case = data.draw(cases(language))
    effect = case.evidence.facts["effect"]
    up = {"en": {1: "lifted", -1: "depressed"}, "zh": {1: "推高了", -1: "拉低了"}}[language][effect.sign]
    text = {"en": "{{campaign:c}} %s orders by {{experiment:effect}}.", "zh": "{{campaign:c}}%s订单量{{experiment:effect}}。"}[
        language
    ] % up
    rules = {fault.rule for fault in check(text, case.evidence, language)}
    assert rules == (set() if effect.sure else {"cause"})


@pytest.mark.parametrize("language", LANGUAGES)
@given(text=st.text(max_size=300))
@many
def test_any_text_at_all_is_judged(language, text):
    assert isinstance(check(text, Evidence(), language), tuple)
