"""Addresses of machines: IPv4 and IPv6.

Four small numbers may also be a version, so what follows 版本, "version" or a v is
left, and so are the addresses that every machine has.
"""

from __future__ import annotations

import re

from moushi.trust.recognisers.base import Recogniser, before

_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_VERSION = re.compile(
    r"(?:版本?号?|固件|驱动|系统|\bv(?:er(?:sion)?)?\.?|\bbuild|\bfirmware|\brelease|\bios|\bandroid)[ :#]{0,3}(?:是|为|is)?[ :]?$",
    re.IGNORECASE | re.ASCII,
)
_NOBODY = re.compile(r"(?:0|127|255)\.|::1?$")


def _is_address(match: re.Match[str]) -> bool:
    import ipaddress

    try:
        ipaddress.ip_address(match[0])
    except ValueError:
        return False
    return _NOBODY.match(match[0]) is None and _VERSION.search(before(match)) is None


VERSION4 = Recogniser(
    label="IP",
    kind="network",
    hint=r"\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}",
    pattern=re.compile(rf"(?<![\w.-]){_OCTET}(?:\.{_OCTET}){{3}}(?![\w-]|\.\d)", re.ASCII),
    check=_is_address,
    stems=(".",),
    digits=4,
)

VERSION6 = Recogniser(
    label="IP",
    kind="network",
    hint=r"(?i:[0-9a-f]{1,4}:[0-9a-f]{0,4}:[0-9a-f:]|::[0-9a-f]{1,4}:)",
    pattern=re.compile(
        r"(?<![0-9A-Za-z.])(?<![0-9A-Za-z]:)(?=[0-9A-Fa-f:]*::|(?:[0-9A-Fa-f]{1,4}:){7})(?:[0-9A-Fa-f]{1,4}|(?=::))(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])",
        re.ASCII,
    ),
    check=_is_address,
    stems=(":",),
    digits=1,
)
