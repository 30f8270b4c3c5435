"""Secrets that open doors: keys and sessions in web addresses, keys of services, signed tokens, passwords after the word."""

from __future__ import annotations

import re

from moushi.trust.recognisers.base import Recogniser

_NAMES = (
    r"(?:access_?token|refresh_?token|id_?token|auth(?:_?token|orization)?|token|api_?key|app_?key|secret(?:_?key)?|client_secret|password|passwd|pwd"
    r"|sig(?:nature)?|session(?:_?id)?|sid|jsessionid|phpsessid|openid|unionid|ticket|code|key|credential|x-amz-[a-z-]+)"
)

IN_ADDRESS = Recogniser(
    label="SECRET",
    kind="secret",
    hint=rf"(?i:[?&;#]{_NAMES}=)",
    pattern=re.compile(rf"(?i:[?&;#]{_NAMES}=)(?P<value>[^\s&#;\"'<>\u4e00-\u9fff,()\[\]]{{4,2000}})"),
    stems=("=",),
)

LOGIN = Recogniser(
    label="SECRET",
    kind="secret",
    hint=r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/@:]*:[^\s/@]+@",
    pattern=re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://(?P<value>[^\s/@:]{0,100}:[^\s/@]{1,200})@"),
    stems=("://",),
)

SERVICE = Recogniser(
    label="SECRET",
    kind="secret",
    hint=r"sk-[A-Za-z0-9]|AKIA|ASIA|gh[pousr]_|github_pat_|xox[baprs]-|AIza|eyJ|LTAI|AKID|glpat-|-----BEGIN|[rs]k_(?:live|test)_",
    pattern=re.compile(
        r"(?<![A-Za-z0-9_-])(?:sk-[A-Za-z0-9_-]{16,200}|[rs]k_(?:live|test)_[A-Za-z0-9]{10,100}|A(?:KIA|SIA)[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{20,100}"
        r"|github_pat_[A-Za-z0-9_]{20,100}|xox[baprs]-[A-Za-z0-9-]{10,100}|AIza[A-Za-z0-9_-]{30,50}|LTAI[A-Za-z0-9]{12,30}|AKID[A-Za-z0-9]{13,40}"
        r"|glpat-[A-Za-z0-9_-]{16,60}|eyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,4000}(?:\.[A-Za-z0-9_-]{0,2000})?)(?![A-Za-z0-9_])"
        r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,8000}?-----END [A-Z ]{0,30}PRIVATE KEY-----",
        re.ASCII,
    ),
    stems=("sk-", "k_", "akia", "asia", "gh", "github_pat_", "xox", "aiza", "eyj", "ltai", "akid", "glpat-", "-----begin"),
)

ANNOUNCED = Recogniser(
    label="SECRET",
    kind="secret",
    hint=r"密码|口令|验证码|(?i:password|passwd|\bpwd\b|passcode|verification code|\botp\b|\bcvv|安全码)",
    pattern=re.compile(
        r"(?:密码|口令|验证码|安全码|(?i:\b(?:password|passwd|pwd|passcode|verification code|otp|cvv2?|cvc)\b))"
        r"(?: ?(?:是|为|:|=)| is:?) {0,2}(?P<value>(?=[!-~]*\d)[!-+\--:<-~]{3,64})(?![A-Za-z0-9])",
        re.ASCII,
    ),
    stems=("密码", "口令", "验证码", "安全码", "passw", "pwd", "passcode", "code", "otp", "cv"),
    digits=1,
)
