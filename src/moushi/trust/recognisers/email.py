"""E-mail addresses, also next to Chinese characters without a blank."""

from __future__ import annotations

import re

from moushi.trust.recognisers.base import Recogniser

_LOCAL = r"[A-Za-z0-9À-ɏ!#$%&'*+/=?^_`{|}~-]"
_LABEL = r"[A-Za-z0-9À-ɏ](?:[A-Za-z0-9À-ɏ-]{0,61}[A-Za-z0-9À-ɏ])?"

RECOGNISER = Recogniser(
    label="EMAIL",
    kind="email",
    hint=r"@|(?i:[\[(]at[\])])",
    pattern=re.compile(
        rf"(?<!{_LOCAL})(?<!\.){_LOCAL}{{1,64}}(?:\.{_LOCAL}{{1,64}}){{0,8}}"
        rf"(?:@| ?[\[(](?:at|AT)[\])] ?)(?:{_LABEL}\.){{1,6}}[A-Za-z]{{2,24}}(?![A-Za-z])",
        re.ASCII,
    ),
    stems=("@", "[at]", "(at)"),
)
