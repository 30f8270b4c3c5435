"""Every canonical table: its columns, types, units, keys and null rules.

A table is a class; a column is a class attribute that reads as its own name, so
that `OrderLines.ordered_at == "ordered_at"` and no other module writes a column
name as text::

    lines = context.read(OrderLines)
    lines.filter(lines[OrderLines.kind] == "sale")

`schema.py` says what a table is made of; `Table.schema()` is the Arrow schema,
`Table.validate(rows)` the validator.  Columns marked `derived` are made by
preparation; the others can come from a file, and together with their provenance
form the table's landing table (`landing(OrderLines)`), which collection fills
and preparation reads.

Rules that hold for all tables: times are UTC; money is decimal in the currency
of its row, `*_home` in the workspace's own; languages are BCP 47; countries are
ISO 3166 alpha-2 where they could be recognised; identifiers are strings;
personal columns hold tokens.
"""

from __future__ import annotations

from moushi.schema import BINARY, COUNT, DATE, FLAG, LANDING, MONEY, NUMBER, QUANTITY, TEXT, TIME, Column, Provenance, Table, landing

# --- inputs -----------------------------------------------------------------


class Customers(Table):
    """Persons and companies, one row each once resolved."""

    name = "customers"
    grain = "a person or company"
    kind = "input"

    customer_id = Column(TEXT, "account that orders name", key=True, personal="account")
    person_id = Column(TEXT, "the person behind several accounts, where the shop knows it", personal="account")
    kind_of_customer = Column(TEXT, "person or company", values=("person", "company"))
    customer_name = Column(TEXT, "name", personal="name")
    email = Column(TEXT, "e-mail address", personal="email")
    phone = Column(TEXT, "telephone number", personal="phone")
    address = Column(TEXT, "postal address", personal="address")
    national_id = Column(TEXT, "national identity number", personal="national_id")
    created_at = Column(TIME, "when the account was opened")
    country = Column(TEXT, "country")
    region = Column(TEXT, "province or state")
    city = Column(TEXT, "city")
    language = Column(TEXT, "language, BCP 47")
    channel = Column(TEXT, "where the customer came from")
    segment = Column(TEXT, "the shop's own customer group")
    consent_marketing = Column(FLAG, "agreed to marketing messages; null where not known")


class Products(Table):
    """Sellable items."""

    name = "products"
    grain = "a sellable item"
    kind = "input"

    product_id = Column(TEXT, "stock keeping unit", key=True)
    product_name = Column(TEXT, "name")
    description = Column(TEXT, "description")
    category = Column(TEXT, "category path, levels joined by ' > '")
    brand = Column(TEXT, "brand")
    unit_cost = Column(MONEY, "cost of one unit, in `currency`", minimum=0)
    list_price = Column(MONEY, "price before discounts, in `currency`", minimum=0)
    currency = Column(TEXT, "ISO 4217")
    launched_at = Column(TIME, "first day on sale")


class CategoryNames(Table):
    """Translations of category names."""

    name = "category_names"
    grain = "a category and its name in another language"
    kind = "input"

    category = Column(TEXT, "category as products name it", key=True)
    translation = Column(TEXT, "the name people should read", required=True)


class Orders(Table):
    """Order heads, for shops that export heads and lines apart; preparation joins them to the lines."""

    name = "orders"
    grain = "an order"
    kind = "input"

    order_id = Column(TEXT, "order", key=True)
    customer_id = Column(TEXT, "who ordered", personal="account")
    ordered_at = Column(TIME, "when it was ordered")
    status = Column(TEXT, "the shop's status word")
    currency = Column(TEXT, "ISO 4217")
    channel = Column(TEXT, "sales channel or shop")
    country = Column(TEXT, "country delivered to")
    amount = Column(MONEY, "order total, in `currency`")
    shipping = Column(MONEY, "postage charged, in `currency`")


class OrderLines(Table):
    """Lines of orders: sales, returns, and what is neither."""

    name = "order_lines"
    grain = "a line of an order"
    kind = "input"

    order_id = Column(TEXT, "order", key=True)
    line_id = Column(TEXT, "line within the order; derived where the file has none", key=True)
    ordered_at = Column(TIME, "when it was ordered", required=True)
    customer_id = Column(TEXT, "who ordered; null for guests", personal="account")
    product_id = Column(TEXT, "what was ordered")
    quantity = Column(QUANTITY, "units; negative for returns", required=True)
    unit_price = Column(MONEY, "paid per unit, in `currency`")
    discount = Column(MONEY, "discount on the line, in `currency`")
    amount = Column(MONEY, "paid for the line, in `currency`; negative for returns", required=True)
    currency = Column(TEXT, "ISO 4217", required=True)
    channel = Column(TEXT, "sales channel or shop")
    country = Column(TEXT, "country sold to")
    status = Column(TEXT, "the shop's status word")
    kind_of_line = Column(
        TEXT,
        "sale and return count as trade; the others are kept apart",
        required=True,
        derived=True,
        values=("sale", "return", "cancelled", "fee", "discount", "adjustment", "test"),
    )
    returned_quantity = Column(QUANTITY, "of a sale's units, how many came back later", required=True, derived=True)
    amount_home = Column(MONEY, "`amount` in the workspace's currency at that day's rate", required=True, derived=True)
    net_amount_home = Column(MONEY, "a sale's `amount_home` less its returned share; 0 for other kinds", required=True, derived=True)


class Texts(Table):
    """What was said: reviews, chats, e-mails."""

    name = "texts"
    grain = "something said"
    kind = "input"

    text_id = Column(TEXT, "text; derived from its content where the file has none", key=True)
    written_at = Column(TIME, "when it was said; null where not known")
    source_kind = Column(TEXT, "review, chat, email, call, survey, social or news")
    customer_id = Column(TEXT, "who said it", personal="account")
    product_id = Column(TEXT, "about which product")
    order_id = Column(TEXT, "about which order")
    category = Column(TEXT, "about which category, where no product is named")
    rating = Column(NUMBER, "stars or score as given")
    label = Column(TEXT, "the file's own label, such as 1 for good")
    title = Column(TEXT, "headline", personal="free_text")
    body = Column(TEXT, "the words, personal data masked", required=True, personal="free_text")
    language = Column(TEXT, "BCP 47; recognised where the file does not say")
    thread_id = Column(TEXT, "conversation")
    speaker = Column(TEXT, "customer, agent or other")
    duplicate_of = Column(TEXT, "text_id of the earlier text that this one repeats, exactly or nearly", derived=True)


class Leads(Table):
    """Possible customers."""

    name = "leads"
    grain = "a possible customer"
    kind = "input"

    lead_id = Column(TEXT, "lead", key=True)
    created_at = Column(TIME, "first contact")
    source = Column(TEXT, "where it came from")
    customer_name = Column(TEXT, "contact's name", personal="name")
    company = Column(TEXT, "company")
    email = Column(TEXT, "e-mail address", personal="email")
    phone = Column(TEXT, "telephone number", personal="phone")
    industry = Column(TEXT, "industry")
    country = Column(TEXT, "country")
    owner = Column(TEXT, "who works on it", personal="name")
    status = Column(TEXT, "the CRM's status word")
    amount = Column(MONEY, "expected value, in `currency`")
    currency = Column(TEXT, "ISO 4217")
    outcome = Column(TEXT, "won, lost or null while open")
    outcome_at = Column(TIME, "when it was won or lost")


class LeadTouches(Table):
    """Contacts with leads."""

    name = "lead_touches"
    grain = "a contact with a lead"
    kind = "input"

    lead_id = Column(TEXT, "lead", key=True)
    touched_at = Column(TIME, "when", key=True)
    kind_of_touch = Column(TEXT, "call, e-mail, visit, message")
    note = Column(TEXT, "what was said", personal="free_text")


class AdSpend(Table):
    """Money spent on advertising."""

    name = "ad_spend"
    grain = "a day, channel, campaign and country"
    kind = "input"

    day = Column(DATE, "day", key=True)
    channel = Column(TEXT, "advertising channel", key=True)
    campaign_id = Column(TEXT, "campaign; empty where none is named", key=True)
    country = Column(TEXT, "country; empty for all", key=True)
    spend = Column(MONEY, "spent, in `currency`", required=True, minimum=0)
    currency = Column(TEXT, "ISO 4217")
    impressions = Column(COUNT, "times shown", minimum=0)
    clicks = Column(COUNT, "times clicked", minimum=0)


class Prices(Table):
    """Prices and when they hold."""

    name = "prices"
    grain = "a product's price from a day on, per country"
    kind = "input"

    product_id = Column(TEXT, "product", key=True)
    valid_from = Column(DATE, "first day", key=True)
    valid_to = Column(DATE, "last day; null while it holds")
    country = Column(TEXT, "country; empty for all", key=True)
    price = Column(MONEY, "price, in `currency`", required=True, minimum=0)
    currency = Column(TEXT, "ISO 4217")


class Promotions(Table):
    """Promotions and when they ran."""

    name = "promotions"
    grain = "a promotion of a product"
    kind = "input"

    promotion_id = Column(TEXT, "promotion", key=True)
    product_id = Column(TEXT, "product", key=True)
    valid_from = Column(DATE, "first day", required=True)
    valid_to = Column(DATE, "last day", required=True)
    country = Column(TEXT, "country; null for all")
    mechanic = Column(TEXT, "discount, coupon, bundle, gift")
    depth = Column(NUMBER, "discount as a share of the price, 0 to 1", minimum=0)


class Stock(Table):
    """Stock on hand, per day."""

    name = "stock"
    grain = "a product at a place at the end of a day"
    kind = "input"

    product_id = Column(TEXT, "product", key=True)
    day = Column(DATE, "day", key=True)
    place = Column(TEXT, "warehouse or country; empty where none is named", key=True)
    on_hand = Column(QUANTITY, "units on hand", required=True)
    on_order = Column(QUANTITY, "units ordered and not yet in")


class Supply(Table):
    """How a product is bought."""

    name = "supply"
    grain = "a product from a supplier"
    kind = "input"

    product_id = Column(TEXT, "product", key=True)
    supplier = Column(TEXT, "supplier")
    lead_time_days = Column(NUMBER, "days from order to shelf", required=True, minimum=0)
    pack_size = Column(QUANTITY, "units per pack", minimum=0)
    minimum_quantity = Column(QUANTITY, "least units per order", minimum=0)


class Rates(Table):
    """Exchange rates."""

    name = "rates"
    grain = "a day and pair of currencies"
    kind = "input"

    day = Column(DATE, "day from which the rate holds", key=True)
    currency = Column(TEXT, "ISO 4217", key=True)
    home_currency = Column(TEXT, "ISO 4217", key=True)
    rate = Column(NUMBER, "units of `home_currency` for one unit of `currency`", required=True, minimum=0)


# --- results ----------------------------------------------------------------


class Profiles(Table):
    """What a customer did up to a day."""

    name = "profiles"
    grain = "a customer who ordered, as of the last day of the data"

    customer_id = Column(TEXT, "resolved customer", key=True)
    as_of = Column(DATE, "last day of the data, in the workspace's time zone", required=True)
    country = Column(TEXT, "country of most orders")
    first_order_on = Column(DATE, "day of the first order", required=True)
    last_order_on = Column(DATE, "day of the last order", required=True)
    tenure_days = Column(COUNT, "days since the first order", required=True, minimum=0)
    recency_days = Column(COUNT, "days since the last order", required=True, minimum=0)
    orders = Column(COUNT, "days with an order", required=True, minimum=1)
    revenue_home = Column(MONEY, "net revenue, workspace currency", required=True)
    mean_order_home = Column(MONEY, "net revenue per ordering day", required=True)
    units = Column(QUANTITY, "units bought, before returns", required=True)
    return_rate = Column(NUMBER, "returned units over units bought, 0 to 1", required=True, minimum=0)
    top_category = Column(TEXT, "category with most net revenue")
    top_category_share = Column(NUMBER, "its share of net revenue, 0 to 1")
    categories = Column(COUNT, "categories bought from", required=True, minimum=0)
    recency_score = Column(COUNT, "quintile of recency, 5 most recent", required=True, minimum=1)
    frequency_score = Column(COUNT, "quintile of orders, 5 most", required=True, minimum=1)
    money_score = Column(COUNT, "quintile of net revenue, 5 most", required=True, minimum=1)
    segment = Column(TEXT, "RFM segment code; names in zh and en in the locale files", required=True)
    expected_gap_days = Column(NUMBER, "days this customer usually lets pass between orders, pooled", required=True, minimum=0)
    gap_ratio = Column(NUMBER, "days since the last order over the expected gap", required=True, minimum=0)
    p_active = Column(NUMBER, "probability that the customer will order again, 0 to 1", required=True, minimum=0)
    lapsing = Column(FLAG, "recently still active, now later than expected", required=True)


class Forecasts(Table):
    """What is expected, per series and period; every issue stays."""

    name = "forecasts"
    grain = "a period of a series in one issue"

    issue_id = Column(TEXT, "the issue this forecast belongs to", key=True)
    series_id = Column(TEXT, "series: target, product and country", key=True)
    at = Column(DATE, "first day of the period", key=True)
    as_of = Column(DATE, "last day the forecast knew", required=True)
    target = Column(TEXT, "what is forecast", required=True, values=("revenue", "units"))
    frequency = Column(TEXT, "length of a period", required=True, values=("day", "week"))
    product_id = Column(TEXT, "product; null for all")
    country = Column(TEXT, "country; null for all")
    horizon = Column(COUNT, "periods ahead, from 1", required=True, minimum=1)
    mean = Column(NUMBER, "expected value; workspace currency or units", required=True, minimum=0)
    q05 = Column(NUMBER, "5 % quantile", required=True, minimum=0)
    q10 = Column(NUMBER, "10 % quantile", required=True, minimum=0)
    q25 = Column(NUMBER, "25 % quantile", required=True, minimum=0)
    q50 = Column(NUMBER, "median", required=True, minimum=0)
    q75 = Column(NUMBER, "75 % quantile", required=True, minimum=0)
    q90 = Column(NUMBER, "90 % quantile", required=True, minimum=0)
    q95 = Column(NUMBER, "95 % quantile", required=True, minimum=0)


class Backtests(Table):
    """How the forecast would have done: one row per series in one issue."""

    name = "backtests"
    grain = "a series in one issue, over its rolling origins"

    issue_id = Column(TEXT, "issue", key=True)
    series_id = Column(TEXT, "series; `all:<target>` for the pool", key=True)
    target = Column(TEXT, "what is forecast", required=True, values=("revenue", "units"))
    product_id = Column(TEXT, "product; null for all")
    country = Column(TEXT, "country; null for all")
    origins = Column(COUNT, "rolling origins", required=True, minimum=0)
    points = Column(COUNT, "forecast periods compared", required=True, minimum=0)
    censored = Column(COUNT, "periods left out because stock was out", required=True, minimum=0)
    weights = Column(TEXT, "JSON: model to weight", required=True)
    mean_absolute_error = Column(NUMBER, "of the ensemble's median")
    naive_absolute_error = Column(NUMBER, "of the seasonal naive, same periods")
    skill = Column(NUMBER, "1 - error / naive error, on the quantile (pinball) loss; above 0 is better than naive")
    bias = Column(NUMBER, "mean of forecast less actual, over mean actual")
    coverage_80 = Column(NUMBER, "share of actuals between q10 and q90")
    coverage_90 = Column(NUMBER, "share of actuals between q05 and q95")


class Decisions(Table):
    """What Moushi proposes, with what it expects; one row per decision and issue."""

    name = "decisions"
    grain = "a proposed decision"

    decision_id = Column(TEXT, "decision; the same in every issue made on the same day's data", key=True)
    issue_id = Column(TEXT, "the run's issue", key=True)
    as_of = Column(DATE, "last day of the data it was made on", required=True)
    rank = Column(COUNT, "place in its issue, 1 first", required=True, minimum=1)
    kind_of_decision = Column(TEXT, "what to do", required=True, values=("reorder", "win_back", "investigate"))
    subject = Column(TEXT, "product_id, segment code, or what moved", required=True)
    facts = Column(TEXT, "JSON: the values that the texts show, each with its witness", required=True)
    expected_value_home = Column(MONEY, "expected gain against doing nothing, after cost", required=True)
    low_home = Column(MONEY, "5 % quantile of the gain", required=True)
    high_home = Column(MONEY, "95 % quantile of the gain", required=True)
    cost_home = Column(MONEY, "what it costs to carry out", required=True, minimum=0)
    judged_by = Column(TEXT, "metric code by which the outcome is judged", required=True)
    judged_on = Column(DATE, "first day on which the outcome can be read", required=True)
    holdout_share = Column(NUMBER, "share of units left alone at random, 0 to 1", required=True, minimum=0)
    model = Column(TEXT, "model and version that produced it", required=True)


class DecisionUnits(Table):
    """For whom a decision is, with the arm each unit was drawn into."""

    name = "decision_units"
    grain = "a unit (customer, product) of a decision"

    decision_id = Column(TEXT, "decision", key=True)
    unit_id = Column(TEXT, "customer or product", key=True)
    issue_id = Column(TEXT, "issue", key=True)
    arm = Column(TEXT, "treated or held out", required=True, values=("treat", "holdout"))
    expected_value_home = Column(MONEY, "expected gain from this unit", required=True)


class TextInsights(Table):
    """What was found in each text; texts that repeat an earlier one have no row, they share the one of `texts.duplicate_of`."""

    name = "text_insights"
    grain = "a text that repeats no earlier one"

    text_id = Column(TEXT, "text", key=True)
    set_aside = Column(TEXT, "why it is not counted as a customer's own words; null where it is", values=("agent", "empty", "boilerplate"))
    language = Column(TEXT, "BCP 47; null where it holds no words")
    sentiment = Column(TEXT, "how the whole text judges; null where nobody judges", values=("positive", "neutral", "negative"))
    score = Column(NUMBER, "the same as a number, -1 bad to 1 good", minimum=-1)
    confidence = Column(NUMBER, "probability that `sentiment` is right, 0 to 1", minimum=0)
    intent = Column(TEXT, "what the writer is about; names in the locale files")
    urgency = Column(NUMBER, "how soon an answer is wanted, 0 to 1", minimum=0)
    emotion = Column(TEXT, "the strongest emotion; names in the locale files")
    tier = Column(TEXT, "what read it", values=("rule", "local", "model", "person"))
    model = Column(TEXT, "model and version", required=True)


class TextReadings(Table):
    """What language models said of texts: kept, so that none is asked twice, and taught to the local tier."""

    name = "text_readings"
    grain = "a text that a language model read"

    text_id = Column(TEXT, "text", key=True)
    digest = Column(TEXT, "of the body that was read; a text that says something else by now is read again", required=True)
    drawn = Column(FLAG, "chosen by lot; else because the local tier was unsure", required=True)
    held = Column(FLAG, "kept aside: it measures the local tier and does not teach it", required=True)
    model = Column(TEXT, "name of the model", required=True)
    prompt = Column(TEXT, "prompt and its version", required=True)
    reading = Column(TEXT, "JSON: sentiment, aspects with quotes, intent, needs, urgency, emotion", required=True)


class TextAspects(Table):
    """What texts speak about, and how."""

    name = "text_aspects"
    grain = "an aspect that a text speaks about"

    text_id = Column(TEXT, "text", key=True)
    aspect = Column(TEXT, "aspect code; names in the locale files", key=True)
    polarity = Column(NUMBER, "how it is spoken of, -1 bad to 1 good; 0 neutral or mixed", required=True, minimum=-1)
    start = Column(COUNT, "where in the body the words begin, in characters", required=True, minimum=0)
    end = Column(COUNT, "where they end", required=True, minimum=0)
    confidence = Column(NUMBER, "probability that aspect and polarity are right, 0 to 1; null where not measured", minimum=0)
    implicit = Column(FLAG, "the aspect is meant but not named; null where not told")
    model = Column(TEXT, "rule or model and version", required=True)


class TextNeeds(Table):
    """What texts wish for."""

    name = "text_needs"
    grain = "a wish in a text"

    text_id = Column(TEXT, "text", key=True)
    start = Column(COUNT, "where in the body the wish begins, in characters", key=True, minimum=0)
    end = Column(COUNT, "where it ends", required=True, minimum=0)
    aspect = Column(TEXT, "aspect that is wished for; null where none is known")
    confidence = Column(NUMBER, "probability that it is a wish, 0 to 1", minimum=0)
    model = Column(TEXT, "rule or model and version", required=True)


class TextKeywords(Table):
    """Words that tell a text from others."""

    name = "text_keywords"
    grain = "a keyword of a text"

    text_id = Column(TEXT, "text", key=True)
    keyword = Column(TEXT, "word or phrase, lower case", key=True)
    start = Column(COUNT, "where in the body it first stands, in characters", required=True, minimum=0)
    end = Column(COUNT, "where that ends", required=True, minimum=0)
    weight = Column(NUMBER, "how much it tells, above 0", required=True, minimum=0)
    model = Column(TEXT, "rule or model and version", required=True)


class TextComparisons(Table):
    """Which thing texts prefer to which."""

    name = "text_comparisons"
    grain = "a comparison in a text"

    text_id = Column(TEXT, "text", key=True)
    start = Column(COUNT, "where in the body it begins, in characters", key=True, minimum=0)
    end = Column(COUNT, "where it ends", required=True, minimum=0)
    preferred = Column(TEXT, "what is preferred, as the text says it; null for the product spoken of, or where nothing is preferred")
    other = Column(TEXT, "what it is compared with, as the text says it; null for the product spoken of")
    aspect = Column(TEXT, "aspect on which; null where none is known")
    competitor = Column(TEXT, "the competitor named, if one is")
    confidence = Column(NUMBER, "probability that it compares so, 0 to 1", minimum=0)
    model = Column(TEXT, "rule or model and version", required=True)


class Topics(Table):
    """Groups of texts that speak about the same, found without anybody's help; identities last from run to run."""

    name = "topics"
    grain = "a topic"

    topic_id = Column(TEXT, "topic; the same in every run in which it is found again", key=True)
    words_zh = Column(TEXT, "its most telling Chinese words, joined by a space")
    words_en = Column(TEXT, "its most telling English words, joined by a space")
    texts = Column(COUNT, "texts assigned to it, those set aside left out", required=True, minimum=0)
    born_on = Column(DATE, "last day of the texts of the run that found it first; null where texts have no dates")
    status = Column(
        TEXT, "new in this run, known from an earlier one, or not found any more", required=True, values=("new", "known", "gone")
    )
    state = Column(BINARY, "what finds it again")


class TextTopics(Table):
    """The topic of every text that is anybody's own words: none is left over, equal texts have the same."""

    name = "text_topics"
    grain = "a text that repeats no earlier one and is not set aside"

    text_id = Column(TEXT, "text", key=True)
    topic_id = Column(TEXT, "topic", required=True)
    confidence = Column(NUMBER, "how clearly it belongs there, 0 to 1", minimum=0)


class TextThemes(Table):
    """The theme of every text that is anybody's own words: none is left over, equal texts have the same."""

    name = "text_themes"
    grain = "a text that repeats no earlier one and is not set aside"

    text_id = Column(TEXT, "text", key=True)
    theme_id = Column(TEXT, "theme", required=True)
    chosen_by = Column(TEXT, "what led to it", required=True, values=("topic", "aspect", "person"))


class Themes(Table):
    """What texts are about, as people put it: topics proposed, accepted, merged, renamed."""

    name = "themes"
    grain = "a theme"

    theme_id = Column(TEXT, "theme", key=True)
    name_zh = Column(TEXT, "Chinese name", required=True)
    name_en = Column(TEXT, "English name", required=True)
    status = Column(
        TEXT, "proposed by Moushi, accepted by a person, or merged into another", required=True, values=("proposed", "accepted", "merged")
    )
    merged_into = Column(TEXT, "theme that holds its texts now; null unless merged")
    texts = Column(COUNT, "texts of it", required=True, minimum=0)
    negative = Column(COUNT, "of these, how many judge badly", required=True, minimum=0)
    born_on = Column(DATE, "when its first topic was found; null where not known")
    is_new = Column(FLAG, "proposed in this run for the first time, though there were texts before", required=True)


class TextImpacts(Table):
    """What goes along with speaking of an aspect or theme: ratings, returns, orders that follow."""

    name = "text_impacts"
    grain = "an aspect or theme, how it is spoken of, and an outcome"

    dimension = Column(TEXT, "what kind of thing is spoken of", key=True, values=("aspect", "theme"))
    subject = Column(TEXT, "aspect code or theme_id", key=True)
    tone = Column(TEXT, "how it is spoken of", key=True, values=("any", "good", "bad"))
    outcome = Column(TEXT, "what it goes along with", key=True, values=("rating", "return", "repeat"))
    effect = Column(NUMBER, "difference to texts that do not: stars, or share of orders (0 to 1)", required=True)
    low = Column(NUMBER, "lower end of the 95 % interval", required=True)
    high = Column(NUMBER, "upper end", required=True)
    texts = Column(COUNT, "texts that speak of it and have the outcome", required=True, minimum=0)
    compared = Column(COUNT, "texts with the outcome, those included", required=True, minimum=0)
    clusters = Column(COUNT, "products or customers whose texts count as one draw", required=True, minimum=1)
    controls = Column(TEXT, "what was held equal, joined by +", required=True)
    evidence = Column(
        TEXT, "whether they only moved together, or an experiment shows the cause", required=True, values=("moved_together", "experiment")
    )
    model = Column(TEXT, "method and version", required=True)


class TextTrends(Table):
    """How often aspects and themes are spoken of, and how badly, week by week."""

    name = "text_trends"
    grain = "a week of an aspect or theme, of all texts or of a product, country or channel"

    dimension = Column(TEXT, "what kind of thing is spoken of", key=True, values=("aspect", "theme"))
    subject = Column(TEXT, "aspect code or theme_id", key=True)
    part = Column(TEXT, "which texts", key=True, values=("all", "product", "country", "channel"))
    place = Column(TEXT, "which product, country or channel; empty for all", key=True)
    week = Column(DATE, "Monday of the week, in the workspace's time zone", key=True)
    mentions = Column(COUNT, "texts that speak of it", required=True, minimum=0)
    negative = Column(COUNT, "of these, how many speak badly of it", required=True, minimum=0)
    texts = Column(COUNT, "all texts of the part in that week", required=True, minimum=0)


class TextMoves(Table):
    """Shares of complaints and what they were judged by: the last four weeks by the year before, a product or category by its peers."""

    name = "text_moves"
    grain = "an aspect or theme of a part of the texts, judged by its year before or by what is said of others"

    against = Column(TEXT, "what it was judged by: the year before, or its peers in the same period", key=True, values=("before", "others"))

    dimension = Column(TEXT, "what kind of thing is spoken of", key=True, values=("aspect", "theme"))
    subject = Column(TEXT, "aspect code or theme_id", key=True)
    part = Column(TEXT, "which texts", key=True, values=("all", "product", "category", "country", "channel"))
    place = Column(TEXT, "which product, category, country or channel; empty for all", key=True)
    measure = Column(
        TEXT,
        "share of mentions that are negative, or share of texts that complain of it",
        key=True,
        values=("negative_share", "complaint_share"),
    )
    within = Column(TEXT, "category whose other products are the peers; null where all others are, or the year before is")
    period_from = Column(DATE, "first day looked at; null where texts have no dates")
    period_to = Column(DATE, "last day looked at; null where texts have no dates")
    counted = Column(COUNT, "negative mentions of the period", required=True, minimum=0)
    out_of = Column(COUNT, "mentions, or texts, of the period", required=True, minimum=0)
    compared = Column(COUNT, "mentions, or texts, of the year before or of the peers", required=True, minimum=0)
    expected = Column(NUMBER, "share expected from these", required=True, minimum=0)
    low = Column(NUMBER, "5 % quantile of the share expected", required=True, minimum=0)
    high = Column(NUMBER, "95 % quantile", required=True, minimum=0)
    p_value = Column(NUMBER, "probability of a difference as large by chance", required=True, minimum=0)
    tested = Column(COUNT, "how many were judged together", required=True, minimum=1)
    found = Column(FLAG, "it moved, or stands out: outside its interval, and kept at the rate of false discoveries", required=True)
    quotes = Column(TEXT, "JSON: up to three [text_id, start, end] that show it", required=True)


class TextQuality(Table):
    """How well texts are read, as measured on this workspace."""

    name = "text_quality"
    grain = "a measurement of the reader"

    measure = Column(TEXT, "what was measured; names in the locale files", key=True)
    subject = Column(TEXT, "aspect, field or language it is about; empty for all", key=True)
    value = Column(NUMBER, "the measurement; its unit is in the measure's name", required=True)
    rows = Column(COUNT, "texts or pairs it rests on", required=True, minimum=0)
    model = Column(TEXT, "model and version", required=True)


class Settlements(Table):
    """What became of forecasts and decisions."""

    name = "settlements"
    grain = "a settled claim"

    claim_id = Column(TEXT, "decision_id, or issue_id/series_id of a forecast", key=True)
    claim = Column(TEXT, "what was settled", required=True, values=("forecast", "decision"))
    issue_id = Column(TEXT, "issue of the claim", required=True)
    kind_of_claim = Column(TEXT, "forecast target or kind of decision", required=True)
    settled_on = Column(DATE, "last day of the data it was settled with", required=True)
    status = Column(TEXT, "decision status when settled; `issued` for forecasts", required=True)
    expected = Column(NUMBER, "what was expected", required=True)
    low = Column(NUMBER, "5 % quantile of what was expected", required=True)
    high = Column(NUMBER, "95 % quantile of what was expected", required=True)
    actual = Column(NUMBER, "what happened; null where it cannot be known")
    inside = Column(COUNT, "periods or units whose outcome was inside the interval", required=True, minimum=0)
    counted = Column(COUNT, "periods or units with an outcome", required=True, minimum=0)
    absolute_error = Column(NUMBER, "sum over periods of |forecast - actual|")
    naive_absolute_error = Column(NUMBER, "the same for the seasonal naive")
    note = Column(TEXT, "code that says how it was judged", required=True)
    inside_80 = Column(COUNT, "of `counted`, how many were inside the 80 % interval; null for decisions", minimum=0)
    facts = Column(TEXT, "JSON: what was measured, for the words that tell it and for learning")


class Approvals(Table):
    """What people decided, as it stood when a run began (kept in the application database)."""

    name = "approvals"
    grain = "a decision that a person took"
    kind = "record"

    decision_id = Column(TEXT, "decision", key=True)
    status = Column(TEXT, "what was decided", required=True, values=("approved", "rejected"))
    decided_at = Column(TIME, "when", required=True)
    decided_by = Column(TEXT, "who", required=True)
    reason = Column(TEXT, "why")


class ThemeChoices(Table):
    """What people decided about themes, as it stood in `themes.toml` when a run began."""

    name = "theme_choices"
    grain = "a theme that a person took in hand"
    kind = "record"

    theme_id = Column(TEXT, "theme", key=True)
    name_zh = Column(TEXT, "Chinese name; null to keep the proposed one")
    name_en = Column(TEXT, "English name; null to keep the proposed one")
    merged_into = Column(TEXT, "theme that it was merged into")
    topics = Column(TEXT, "topics moved here from other themes, joined by a space", required=True)


class Corrections(Table):
    """What people corrected, as it stood when a run began (kept in the application database)."""

    name = "corrections"
    grain = "a finding about a text that a person set right"
    kind = "record"

    text_id = Column(TEXT, "text", key=True)
    field = Column(TEXT, "what was corrected", key=True, values=("sentiment", "intent", "theme", "aspect"))
    subject = Column(TEXT, "aspect code where an aspect was corrected, else empty", key=True)
    value = Column(TEXT, "what is right", required=True)
    was = Column(TEXT, "what had been found; null where nothing was")
    corrected_at = Column(TIME, "when", required=True)
    corrected_by = Column(TEXT, "who", required=True)


class Moves(Table):
    """What moved more than its interval in the last period."""

    name = "moves"
    grain = "a product, country or aspect in one issue"

    issue_id = Column(TEXT, "issue", key=True)
    dimension = Column(TEXT, "what kind of thing moved", key=True, values=("total", "product", "country", "aspect", "theme"))
    subject = Column(TEXT, "which one", key=True)
    period_from = Column(DATE, "first day looked at", required=True)
    period_to = Column(DATE, "last day looked at", required=True)
    actual = Column(NUMBER, "what happened; workspace currency, units, or share", required=True)
    expected = Column(NUMBER, "what was expected", required=True)
    low = Column(NUMBER, "lower end of the interval", required=True)
    high = Column(NUMBER, "upper end of the interval", required=True)
    gap_home = Column(MONEY, "actual less expected, workspace currency", required=True)


# --- records ----------------------------------------------------------------


class Sources(Table):
    """Files that were added; a load is visible from the moment its rows stand here."""

    name = "sources"
    grain = "a file (or sheet, or member of an archive) of a load"
    kind = "record"

    source_id = Column(TEXT, "checksum of the bytes and the path inside an archive", key=True)
    load_id = Column(COUNT, "sequence number of the load that brought it", required=True, minimum=1)
    position = Column(COUNT, "order within the load; later wins over earlier", required=True, minimum=0)
    loaded_at = Column(TIME, "when it was added; null where it was before this was kept")
    source_name = Column(TEXT, "file name, and the sheet or member in it", required=True)
    format = Column(TEXT, "csv, excel, json, parquet", required=True)
    encoding = Column(TEXT, "text encoding found")
    bytes = Column(COUNT, "size", required=True, minimum=0)
    mapping = Column(TEXT, "name of the mapping in moushi.toml; null if quarantined whole")
    rows = Column(COUNT, "data rows read", required=True, minimum=0)
    quarantined = Column(COUNT, "rows put in quarantine while collecting", required=True, minimum=0)
    status = Column(TEXT, "loaded, or quarantined whole", required=True, values=("loaded", "quarantined"))
    tables = Column(TEXT, "JSON: table to rows landed", required=True)


class Quarantine(Table):
    """Rows that were not used, each with its reason and place."""

    name = "quarantine"
    grain = "a row (or a whole file) set aside"
    kind = "record"

    table_name = Column(TEXT, "table it was meant for; null for a whole file")
    source_id = Column(TEXT, "file", required=True)
    source_name = Column(TEXT, "file name", required=True)
    line = Column(COUNT, "line in the file, from 1; null for a whole file")
    step = Column(TEXT, "which step set it aside", required=True, values=("collect", "prepare"))
    load_id = Column(COUNT, "load that brought it", required=True)
    column_name = Column(TEXT, "column at fault, where there is one")
    reason = Column(TEXT, "reason code; words in the locale files", required=True)
    detail = Column(TEXT, "facts for the reason, no personal data")
    payload = Column(BINARY, "the row as read, encrypted with the vault's key")


class Reconciliation(Table):
    """Nothing is dropped silently: read = kept + quarantined + duplicates."""

    name = "reconciliation"
    grain = "an input table after preparation"
    kind = "record"

    table_name = Column(TEXT, "table", key=True)
    read = Column(COUNT, "rows read for it", required=True, minimum=0)
    kept = Column(COUNT, "rows in the canonical table", required=True, minimum=0)
    quarantined = Column(COUNT, "rows set aside", required=True, minimum=0)
    duplicates = Column(COUNT, "rows that repeat a business key, or were replaced by a newer one", required=True, minimum=0)


class Findings(Table):
    """Data quality findings that a person should know."""

    name = "findings"
    grain = "a finding about a table"
    kind = "record"

    finding = Column(TEXT, "code; words in the locale files", key=True)
    table_name = Column(TEXT, "table", key=True)
    subject = Column(TEXT, "column or value it is about; empty for the whole table", key=True)
    rows = Column(COUNT, "rows concerned", required=True, minimum=0)
    amount_home = Column(MONEY, "money concerned, workspace currency")
    facts = Column(TEXT, "JSON: the values that the words show", required=True)


def all_tables() -> dict[str, type[Table]]:
    """Return every table that the lake may hold, landing tables included, by name."""
    canonical = [table for table in Table.__subclasses__() if table is not Provenance and table not in LANDING.values()]
    tables = {table.name: table for table in canonical}
    tables |= {landing(table).name: landing(table) for table in canonical if table.kind == "input"}
    return dict(sorted(tables.items()))


def input_tables() -> dict[str, type[Table]]:
    """Return the tables that files can fill, by name."""
    return {name: table for name, table in all_tables().items() if table.kind == "input"}
