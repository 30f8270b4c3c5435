"""WeChat, QQ and Weibo names after the words that announce them."""

from __future__ import annotations

import re

from moushi.trust.recognisers.base import Recogniser

_WECHAT = r"微信|薇信|威信|[Vv]信|(?i:\b(?:vx|wx|we ?chat|weixin)\b)"
_SHORT = r"微信|薇信|威信|[Vv]信|(?i:(?:\b|_)(?:vx|wx|we ?chat|weixin))"
_CALLED = r"(?:号码?|账号|帐号|(?i:id|no\.?|number))(?: is)?"

# Announced by "号", "id" or a colon, any name will do.
WECHAT = Recogniser(
    label="WECHAT",
    kind="contact",
    hint=_SHORT,
    pattern=re.compile(
        rf"(?:{_WECHAT}) ?(?:{_CALLED} ?[:是为]?|:) {{0,2}}"
        r"(?P<value>[A-Za-z0-9][A-Za-z0-9_-]{5,19})(?![A-Za-z0-9_-])",
        re.ASCII,
    ),
    stems=("微信", "薇信", "威信", "v信", "vx", "wx", "wechat", "we chat", "weixin"),
)

# Right after the word, a name must show by a digit or a line that it is no ordinary word.
WECHAT_BARE = Recogniser(
    label="WECHAT",
    kind="contact",
    hint=_SHORT,
    pattern=re.compile(
        rf"(?:{_WECHAT})(?: is|是|为)? {{0,2}}(?P<value>(?=[A-Za-z_-]*[\d_])[A-Za-z][A-Za-z0-9_-]{{5,19}})(?![A-Za-z0-9_-])", re.ASCII
    ),
    stems=("微信", "薇信", "威信", "v信", "vx", "wx", "wechat", "we chat", "weixin"),
)

QQ = Recogniser(
    label="QQ",
    kind="contact",
    hint=r"(?i:qq)|扣扣|企鹅号|[Qq]号",
    pattern=re.compile(
        rf"(?:(?<![A-Za-z0-9])(?i:qq)|扣扣|企鹅号|(?<![A-Za-z0-9])[Qq]号)群?(?: ?{_CALLED})?"
        r"[ :是为]{0,3}(?P<value>[1-9]\d{4,10})(?!\d|\.\d)",
        re.ASCII,
    ),
    stems=("qq", "扣扣", "企鹅", "q号"),
    digits=5,
)

WEIBO = Recogniser(
    label="WEIBO",
    kind="contact",
    hint="微博|(?i:weibo)",
    pattern=re.compile(
        rf"(?:微博|(?i:\bweibo))(?:昵称)?(?: ?{_CALLED})?(?: is)?[ :是为]{{0,3}}"
        r"@?(?P<value>(?<=@)[A-Za-z0-9_\u4e00-\u9fff-]{2,20}|(?=[A-Za-z_-]*\d)[A-Za-z0-9][A-Za-z0-9_-]{5,19})(?![A-Za-z0-9_-])",
        re.ASCII,
    ),
    stems=("微博", "weibo"),
)
