"""Money, numbers, shares and dates as people write them, in English and Chinese.

All functions are pure: the same value and language give the same text on every
machine.  They take the numbers that results hold (float, int, Decimal) and
never do arithmetic beyond rounding.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from moushi.errors import Language

Number = int | float | Decimal

DASH = "–"
MINUS = "−"
NO_CURRENCY = "XXX"
"""ISO 4217 for "no currency": amounts are written as plain numbers."""


def money(value: Number, currency: str, language: Language, *, digits: int | None = None) -> str:
    """Return an amount with its currency sign.

    Parameters
    ----------
    value : amount, in units of `currency`
    currency : ISO 4217 code
    digits : decimals shown; None shows the currency's own under 100, if there are any to show

    Examples
    --------
    >>> money(1234.5, "GBP", "en"), money(1234.5, "CNY", "zh"), money(-12.5, "USD", "en")
    ('£1,234', '¥1,234', '−$12.50')
    """
    from babel.numbers import format_currency, get_currency_precision

    if currency == NO_CURRENCY:
        return number(value, language, digits=digits if digits is not None else 2 if abs(float(value)) < 100 and value != int(value) else 0)
    if digits is None:
        digits = get_currency_precision(currency) if abs(float(value)) < 100 and value != int(value) else 0
    pattern = "¤#,##0" + ("." + "0" * digits if digits else "")
    return _minus(format_currency(_exact(value), currency, pattern, locale=_locale(language), currency_digits=False))


def short_money(value: Number, currency: str, language: Language) -> str:
    """Return an amount for a headline or an axis, shortened from 10,000 on.

    Examples
    --------
    >>> short_money(1234567, "GBP", "en"), short_money(1234567, "CNY", "zh"), short_money(950, "GBP", "en")
    ('£1.23M', '¥123万', '£950')
    """
    from babel.numbers import format_compact_currency

    if currency == NO_CURRENCY:
        return short_number(value, language)
    if abs(float(value)) < 10_000:
        return money(value, currency, language, digits=0)
    text = format_compact_currency(_three_figures(value, language), currency, locale=_locale(language), fraction_digits=2)
    return _minus(text)


def number(value: Number, language: Language, *, digits: int = 0) -> str:
    """Return a number with `digits` decimals and thousands separators.

    Examples
    --------
    >>> number(1234.56, "en"), number(-0.4, "en", digits=1)
    ('1,235', '−0.4')
    """
    from babel.numbers import format_decimal

    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return _minus(format_decimal(_exact(value), pattern, locale=_locale(language)))


def short_number(value: Number, language: Language) -> str:
    """Return a number for an axis, shortened from 10,000 on.

    Examples
    --------
    >>> short_number(45600, "en"), short_number(45600, "zh"), short_number(45, "zh")
    ('45.6K', '4.56万', '45')
    """
    from babel.numbers import format_compact_decimal

    if abs(float(value)) < 10_000:
        return number(value, language)
    return _minus(format_compact_decimal(_three_figures(value, language), locale=_locale(language), fraction_digits=2))


def percent(value: Number, language: Language, *, digits: int = 0, signed: bool = False) -> str:
    """Return a share (1 is all) in percent.

    Parameters
    ----------
    signed : True writes a plus before positive shares, as changes have

    Examples
    --------
    >>> percent(0.1234, "en"), percent(0.1234, "zh", digits=1, signed=True), percent(-0.1, "en")
    ('12%', '+12.3%', '−10%')
    """
    from babel.numbers import format_percent

    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    text = _minus(format_percent(_exact(value), pattern, locale=_locale(language)))
    if text.strip(MINUS + "0.%") == "":
        return text.removeprefix(MINUS)
    return f"+{text}" if signed and value > 0 else text


def day(value: date, language: Language, *, year: bool = True) -> str:
    """Return a day, with or without its year.

    Examples
    --------
    >>> day(date(2025, 3, 4), "en"), day(date(2025, 3, 4), "zh"), day(date(2025, 3, 4), "zh", year=False)
    ('Mar 4, 2025', '2025年3月4日', '3月4日')
    """
    from babel.dates import format_skeleton

    return str(format_skeleton("yMMMd" if year else "MMMd", _midnight(value), locale=_locale(language)))


def month(value: date, language: Language, *, year: bool = True) -> str:
    """Return the month of a day, with or without its year.

    Examples
    --------
    >>> month(date(2025, 3, 4), "en"), month(date(2025, 3, 4), "zh")
    ('Mar 2025', '2025年3月')
    """
    from babel.dates import format_skeleton

    return str(format_skeleton("yMMM" if year else "MMM", _midnight(value), locale=_locale(language)))


def span(first: date, last: date, language: Language) -> str:
    """Return a period of days, both ends included.

    Examples
    --------
    >>> span(date(2025, 3, 4), date(2025, 4, 2), "en"), span(date(2025, 3, 4), date(2025, 3, 4), "zh")
    ('Mar 4, 2025 – Apr 2, 2025', '2025年3月4日')
    """
    if first == last:
        return day(first, language)
    joint = "至" if language == "zh" else f" {DASH} "
    return day(first, language) + joint + day(last, language)


def duration(seconds: float, language: Language) -> str:
    """Return how long something took.

    Examples
    --------
    >>> duration(4.25, "en"), duration(95, "en"), duration(95, "zh")
    ('4.2 s', '1 min 35 s', '1 分 35 秒')
    """
    minute, second = ("分", "秒") if language == "zh" else ("min", "s")
    if seconds < 60:
        return f"{number(seconds, language, digits=1)} {second}"
    whole = round(seconds)
    return f"{whole // 60} {minute} {whole % 60} {second}"


def size(count: int, language: Language) -> str:
    """Return a number of bytes.

    Examples
    --------
    >>> size(999, "en"), size(2_500_000, "zh")
    ('999 B', '2.5 MB')
    """
    value: float = count
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    return f"{number(value, language, digits=0 if unit == 'B' else 1)} {unit}"


def _locale(language: Language) -> str:
    return "zh_Hans_CN" if language == "zh" else "en"


def _exact(value: Number) -> Decimal:
    # Through text, so that 0.1 is a tenth and rounding never shows binary dust.
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _three_figures(value: Number, language: Language) -> Decimal:
    # Babel's compact forms fix the decimals, not the figures: 1.23M but 123M.
    exact = _exact(value)
    step = exact.adjusted() - 2
    return exact.quantize(Decimal(1).scaleb(step)) if step > 0 else exact


def _midnight(value: date) -> datetime:
    return datetime(value.year, value.month, value.day)


def _minus(text: str) -> str:
    return text.replace("-", MINUS)
