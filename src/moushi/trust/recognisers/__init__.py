"""Recognisers of personal data in free text, Chinese and English, one kind per file."""

from __future__ import annotations

from moushi.trust.recognisers import (
    address,
    bank_card,
    email,
    iban,
    landline,
    messenger,
    mobile,
    name,
    passport,
    phone,
    plate,
    resident_id,
    social_security,
)
from moushi.trust.recognisers.base import Recogniser

# Where finds overlap, the earlier in this list wins, then the longer.
RECOGNISERS: tuple[Recogniser, ...] = (
    email.RECOGNISER,
    iban.RECOGNISER,
    resident_id.RECOGNISER,
    bank_card.RECOGNISER,
    mobile.RECOGNISER,
    landline.RECOGNISER,
    phone.INTERNATIONAL,
    social_security.RECOGNISER,
    social_security.DASHED,
    passport.RECOGNISER,
    messenger.WECHAT,
    messenger.WECHAT_BARE,
    messenger.QQ,
    phone.NORTH_AMERICAN,
    phone.ANNOUNCED,
    passport.CHINESE,
    plate.RECOGNISER,
    address.CHINESE,
    address.ENGLISH,
    name.CHINESE,
    name.ENGLISH,
)
