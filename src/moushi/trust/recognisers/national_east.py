"""National numbers of eastern central Europe: PL, CZ, SK, HU, RO, BG, HR, SI.

Source
------
The registers' public descriptions: PESEL (weights 1 3 7 9), rodné číslo (divisible
by 11), TAJ (weights 3 7) and tax number (mod 11), CNP (mod 11), EGN (mod 11), OIB
(ISO 7064 MOD 11,10), EMŠO (mod 11).
"""

from __future__ import annotations

from moushi.trust.recognisers.national import announced, bare, is_date, is_short_date, mod_11_10, weighted


def is_polish(number: str) -> bool:
    """Tell whether 11 digits are a PESEL; 20 is added to the month for each century from 2000, 80 for 1800."""
    month = int(number[2:4])
    year = (1900, 2000, 2100, 2200, 1800)[month // 20] + int(number[:2])
    return is_date(year, month % 20, int(number[4:6])) and weighted(number, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def is_czech(number: str) -> bool:
    """Tell whether 10 digits are a Czech or Slovak birth number; women's months have 50 more, some 20 or 70."""
    month = int(number[2:4]) % 50 % 20
    divisible = int(number) % 11 == 0 or (int(number[:9]) % 11 == 10 and number[9] == "0")
    return divisible and is_short_date(number[:2], f"{month:02d}", number[4:6])


def is_hungarian(number: str) -> bool:
    """Tell whether 9 digits are a Hungarian TAJ, or 10 from 8 on a tax number."""
    if len(number) == 9:
        return weighted(number[:8], (3, 7) * 4) % 10 == int(number[8])
    return number[0] == "8" and weighted(number[:9], range(1, 10)) % 11 == int(number[9])


def is_romanian(number: str) -> bool:
    """Tell whether 13 digits are a Romanian CNP."""
    check = weighted(number[:12], (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    return number[0] != "0" and is_short_date(number[1:3], number[3:5], number[5:7]) and (1 if check == 10 else check) == int(number[12])


def is_bulgarian(number: str) -> bool:
    """Tell whether 10 digits are a Bulgarian EGN; months have 20 more before 1900, 40 more from 2000."""
    century, month = divmod(int(number[2:4]), 20)
    check = weighted(number[:9], (2, 4, 8, 5, 10, 9, 7, 3, 6)) % 11 % 10
    return century < 3 and is_date((1900, 1800, 2000)[century] + int(number[:2]), month, int(number[4:6])) and check == int(number[9])


def is_slovene(number: str) -> bool:
    """Tell whether 13 digits are an EMŠO, as in all countries of former Yugoslavia."""
    check = -weighted(number[:12], (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    year = (2000 if number[4] == "0" else 1000) + int(number[4:7])
    return check == int(number[12]) and is_date(year, int(number[2:4]), int(number[:2]))


RECOGNISERS = (
    bare(r"\d{6}/\d{4}", r"\d{6}/\d{4}", is_czech),
    announced("pesel", r"\bpesel\b", r"\d{11}", is_polish),
    announced("rodn|birth number|r. č|r. c|r.č|r.c", r"rodn[eé] [cč][ií]slo|birth number|r\. ?[cč]\.", r"\d{6}/?\d{4}", is_czech),
    announced(
        "taj|adóaz|adoaz|adóaz|hungarian",
        r"\btaj\b(?: ?sz[aá]m)?|ad[oó]azonos[ií]t[oó](?: jel)?|hungarian (?:tax|social)",
        r"\d{3}[- ]?\d{3}[- ]?\d{3}|8\d{9}",
        is_hungarian,
    ),
    announced("cnp|numeric personal", r"\bcnp\b|cod(?:ul)? numeric personal", r"[1-9]\d{12}", is_romanian),
    announced("egn|егн|единен", r"\b(?:egn|егн)\b|единен граждански номер", r"\d{10}", is_bulgarian),
    announced("oib|identifikacijski", r"\boib\b|osobni identifikacijski broj", r"\d{11}", mod_11_10),
    announced("emšo|emso|jmbg|čna |cna ", r"\bem[sš]o\b|\bjmbg\b|mati[cč]na [sš]tevilka", r"\d{13}", is_slovene),
)
