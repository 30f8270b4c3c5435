"""National numbers of northern and Baltic countries: SE, NO, DK, FI, EE, LT, LV.

Source
------
The population registers' public descriptions: personnummer (Luhn), fødselsnummer
(two digits mod 11), CPR (date; mod 11 until 2007), henkilötunnus (mod 31),
isikukood and asmens kodas (mod 11 in two steps), personas kods (mod 11).
"""

from __future__ import annotations

from moushi.trust.recognisers.base import luhn
from moushi.trust.recognisers.national import announced, bare, is_date, is_short_date, weighted

_FINNISH = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def is_swedish(number: str) -> bool:
    """Tell whether 10 or 12 digits are a Swedish personal number; coordination numbers add 60 to the day."""
    short = number[-10:]
    return is_short_date(short[:2], short[2:4], f"{int(short[4:6]) % 60:02d}") and luhn(short)


def is_norwegian(number: str) -> bool:
    """Tell whether 11 digits are a Norwegian birth number; D-numbers add 40 to the day."""
    first = -weighted(number[:9], (3, 7, 6, 1, 8, 9, 4, 5, 2)) % 11
    second = -weighted(number[:10], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    day = int(number[:2]) % 40
    return (first, second) == (int(number[9]), int(number[10])) and is_short_date(number[4:6], number[2:4], f"{day:02d}")


def is_danish(number: str) -> bool:
    """Tell whether 10 digits begin with a date: Danish numbers have had no check digit since 2007."""
    return is_short_date(number[4:6], number[2:4], number[:2])


def is_finnish(number: str) -> bool:
    """Tell whether date, sign of the century, three digits and a check character are a Finnish identity code."""
    digits = number[:6] + number[-4:-1]
    return digits.isdigit() and is_short_date(digits[4:6], digits[2:4], digits[:2]) and _FINNISH[int(digits) % 31] == number[-1].upper()


def is_baltic(number: str) -> bool:
    """Tell whether 11 digits are an Estonian or Lithuanian personal code."""
    check = weighted(number[:10], (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % 11
    if check == 10:
        check = weighted(number[:10], (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % 11 % 10
    century = 1800 + (int(number[0]) - 1) // 2 * 100
    return number[0] in "123456" and is_date(century + int(number[1:3]), int(number[3:5]), int(number[5:7])) and check == int(number[10])


def is_latvian(number: str) -> bool:
    """Tell whether 11 digits are a Latvian personal code; those of the new kind begin with 32 and have no date."""
    if number.startswith("32"):
        return True
    check = (1101 - weighted(number[:10], (1, 6, 3, 7, 9, 10, 5, 8, 4, 2))) % 11 % 10
    return check == int(number[10]) and is_short_date(number[4:6], number[2:4], number[:2])


_FINNISH_FORM = r"[0-3]\d[01]\d\d\d[-+A-FU-Y]\d{3}[0-9A-FHJ-NPR-Y]"

RECOGNISERS = (
    bare(r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]", _FINNISH_FORM, is_finnish),
    bare(r"(?:19|20)\d{6}-\d{4}", r"(?:19|20)\d{6}-\d{4}", is_swedish),
    announced(
        "personnummer|personalnummer|samordning|swedish",
        r"person(?:al)?nummer|samordningsnummer|swedish personal",
        r"(?:19|20)?\d{6}[-+ ]?\d{4}",
        is_swedish,
    ),
    announced(
        "fødsels|fodsels|personnummer|d-nummer|norwegian",
        r"f[oø]dselsnummer|personnummer|d-nummer|norwegian (?:national|birth)",
        r"\d{6} ?\d{5}",
        is_norwegian,
    ),
    announced("cpr|danish", r"\bcpr\b|cpr-?(?:nummer|nr\.?)|danish (?:cpr|personal)", r"\d{6}[- ]?\d{4}", is_danish),
    announced("henkil|hetu|finnish", r"henkil[oö]tunnus|\bhetu\b|finnish (?:personal|identity)", _FINNISH_FORM, is_finnish),
    announced(
        "isikukood|asmens|estonian|lithuanian",
        r"isikukood|asmens kodas|estonian (?:personal|id)|lithuanian (?:personal|id)",
        r"[1-6]\d{10}",
        is_baltic,
    ),
    announced("personas|latvian", r"personas kods|latvian personal", r"\d{6}-?\d{5}", is_latvian),
)
