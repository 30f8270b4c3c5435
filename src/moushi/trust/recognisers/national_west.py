"""National numbers of western and southern Europe: DE, AT, CH, FR, BE, NL, LU, IE, ES, PT, IT, GR.

Source
------
The issuing authorities' public descriptions: Steuer-ID (ISO 7064 MOD 11,10, one
digit two or three times), AHV (EAN-13), Sozialversicherungsnummer (mod 11), NIR
(97 - n mod 97), Rijksregisternummer (the same), BSN (eleven test), matricule
(Luhn and Verhoeff), PPS (mod 23), DNI and NIE (mod 23), NIF (mod 11), codice
fiscale (D.M. 23/12/1976), AMKA (date and Luhn).
"""

from __future__ import annotations

from collections import Counter

from moushi.trust.recognisers.base import luhn
from moushi.trust.recognisers.national import announced, bare, is_date, is_short_date, mod_11_10, weighted

_SPANISH = "TRWAGMYFPDXBNJZSQVHLCKE"
_IRISH = "WABCDEFGHIJKLMNOPQRSTUV"
_ITALIAN_ODD = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)
_VERHOEFF_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def is_german(number: str) -> bool:
    """Tell whether 11 digits are a German tax number of a person."""
    counts = sorted(Counter(number[:10]).values())
    return number[0] != "0" and counts[-1] in (2, 3) and counts[-2] == 1 and mod_11_10(number)


def is_austrian(number: str) -> bool:
    """Tell whether 10 digits are an Austrian social insurance number."""
    check = weighted(number[:3] + number[4:], (3, 7, 9, 5, 8, 4, 2, 1, 6)) % 11
    return number[0] != "0" and check == int(number[3]) and 1 <= int(number[4:6]) <= 31


def is_swiss(number: str) -> bool:
    """Tell whether 13 digits are a Swiss AHV number."""
    return number.startswith("756") and weighted(number, (1, 3) * 6 + (1,)) % 10 == 0


def is_french(number: str) -> bool:
    """Tell whether 15 characters are a French NIR; Corsica's 2A and 2B count as 19 and 18."""
    digits = number.replace("2A", "19", 1) if number[5:7] == "2A" else number.replace("2B", "18", 1) if number[5:7] == "2B" else number
    if not digits.isdigit() or number[0] not in "123478":
        return False
    month = int(digits[3:5])
    return (1 <= month <= 12 or 20 <= month <= 42 or month >= 50) and 97 - int(digits[:13]) % 97 == int(digits[13:])


def is_belgian(number: str) -> bool:
    """Tell whether 11 digits are a Belgian national number, for births before or from 2000."""
    first, check = int(number[:9]), int(number[9:])
    return check in (97 - first % 97, 97 - (2_000_000_000 + first) % 97) and int(number[2:4]) % 20 <= 12 and int(number[4:6]) <= 31


def is_dutch(number: str) -> bool:
    """Tell whether 9 digits pass the eleven test."""
    return int(number) > 9_999_999 and (weighted(number[:8], range(9, 1, -1)) - int(number[8])) % 11 == 0


def is_luxembourgish(number: str) -> bool:
    """Tell whether 13 digits are a Luxembourg matricule."""
    return is_date(int(number[:4]), int(number[4:6]), int(number[6:8])) and luhn(number[:12]) and _verhoeff(number[:11] + number[12])


def _verhoeff(number: str) -> bool:
    check = 0
    for place, character in enumerate(reversed(number)):
        digit = int(character)
        for _ in range(place % 8):
            digit = _VERHOEFF_TURN[digit]
        check = _dihedral(check, digit)
    return check == 0


def _dihedral(one: int, two: int) -> int:
    """Multiply in the group of the turns and mirrors of a pentagon."""
    if one < 5:
        return (one + two) % 5 if two < 5 else 5 + (one + two) % 5
    return 5 + (one - two) % 5 if two < 5 else (one - two) % 5


def is_irish(number: str) -> bool:
    """Tell whether 7 digits, a check letter and perhaps another letter are an Irish PPS number."""
    extra = ord(number[8]) - 64 if len(number) > 8 and number[8] != "W" else 0
    return number[7] == _IRISH[(weighted(number[:7], range(8, 1, -1)) + extra * 9) % 23]


def is_spanish(number: str) -> bool:
    """Tell whether 8 digits, or X, Y or Z and 7, have the right letter: a Spanish DNI or NIE."""
    return number[-1] == _SPANISH[int(number[:-1].translate({88: "0", 89: "1", 90: "2"})) % 23]


def is_portuguese(number: str) -> bool:
    """Tell whether 9 digits are a Portuguese tax number."""
    rest = weighted(number[:8], range(9, 1, -1)) % 11
    return number[0] in "123456789" and int(number[8]) == (0 if rest < 2 else 11 - rest)


def is_italian(number: str) -> bool:
    """Tell whether 16 characters have the right control letter of a codice fiscale."""
    even = sum(int(character) if character.isdigit() else ord(character) - 65 for character in number[1:15:2])
    return (even + sum(_ITALIAN_ODD[character] for character in number[0:15:2])) % 26 == ord(number[15]) - 65


def is_greek(number: str) -> bool:
    """Tell whether 11 digits are a Greek AMKA."""
    return is_short_date(number[4:6], number[2:4], number[:2]) and luhn(number)


_ITALIAN_FORM = r"[A-Za-z]{6}[0-9LMNP-Vlmnp-v]{2}[ABCDEHLMPRSTabcdehlmprst][0-9LMNP-Vlmnp-v]{2}[A-Za-z][0-9LMNP-Vlmnp-v]{3}[A-Za-z]"
_FRENCH_FORM = r"[1-478] ?\d\d ?\d\d ?(?:\d\d|2[ABab]) ?\d{3} ?\d{3}(?: ?\d\d)"

RECOGNISERS = (
    bare(r"[A-Za-z]{6}[0-9L-Vl-v]{2}[A-Za-z][0-9L-Vl-v]{2}[A-Za-z][0-9L-Vl-v]{3}[A-Za-z]", _ITALIAN_FORM, is_italian),
    bare(r"[1-478] ?\d\d ?\d\d ?(?:\d\d|2[ABab]) ?\d{3} ?\d{3} ?\d\d", _FRENCH_FORM, is_french),
    bare(r"756\.?\d{4}\.?\d{4}\.?\d\d", r"756(?:\.\d{4}\.\d{4}\.\d\d|\d{10})", is_swiss),
    bare(r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d", r"\d\d\.\d\d\.\d\d-\d{3}\.\d\d", is_belgian),
    bare(r"[XYZ]-?\d{7}-?[A-Z]", rf"[XYZ]-?\d{{7}}-?[{_SPANISH}]", is_spanish),
    announced(
        "steuer|german tax",
        r"steuer-?(?:id(?:entifikations)?-?(?:nummer|nr\.?)?|nummer)|steuerliche identifikationsnummer|german tax id",
        r"\d{2} ?\d{3} ?\d{3} ?\d{3}",
        is_german,
    ),
    announced(
        "svnr|sv-nummer|sozialvers|austrian social",
        r"svnr\.?|sv-nummer|sozialversicherungsnummer|austrian social (?:security|insurance)",
        r"\d{3}\d ?\d{6}",
        is_austrian,
    ),
    announced(
        "nir|rité sociale|rite sociale|french social", r"\bnir\b|s[eé]curit[eé] sociale|french social security", _FRENCH_FORM, is_french
    ),
    announced(
        "rijksreg|registre national|insz|niss|belgian national",
        r"rijksregister(?:nummer)?|registre national|insz|niss|belgian national",
        r"\d{2}[. ]?\d{2}[. ]?\d{2}[- ]?\d{3}[. ]?\d{2}",
        is_belgian,
    ),
    announced(
        "bsn|burgerserv|sofinummer|dutch citizen",
        r"\bbsn\b|burgerservice(?:nummer)?|sofinummer|dutch citizen service",
        r"\d{4}[. ]?\d{2}[. ]?\d{3}|\d{3}[. ]\d{3}[. ]\d{3}",
        is_dutch,
    ),
    announced(
        "matricule|luxembourg", r"matricule(?: national)?|luxembourg (?:national )?id", r"(?:19|20)\d{2} ?\d{4} ?\d{5}", is_luxembourgish
    ),
    announced("pps|personal public", r"\bppsn?\b|personal public service", r"\d{7} ?[A-Wa-w][A-IWa-iw]?", is_irish),
    announced(
        "dni|nif|nie|documento nacional|spanish",
        r"\b(?:dni|nif|nie)\b|documento nacional|spanish (?:national )?id",
        rf"(?:\d{{8}}|[XYZxyz]-?\d{{7}})-?[ ]?[{_SPANISH}{_SPANISH.lower()}]",
        is_spanish,
    ),
    announced("nif|contribuinte|portuguese", r"\bnif\b|contribuinte|portuguese tax", r"\d{3} ?\d{3} ?\d{3}", is_portuguese),
    announced("codice|cod", r"codice fiscale|\bcod\. ?fisc\.?", _ITALIAN_FORM, is_italian),
    announced("amka|αμκα", r"\bamka\b|αμκα", r"\d{11}", is_greek),
)
