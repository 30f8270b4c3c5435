"""Names of companies, by the word for their legal form; found only where a workspace asks for it."""

from __future__ import annotations

import re

from moushi.trust.recognisers.base import Recogniser

_ZH_FORMS = "股份有限公司|有限责任公司|有限公司|集团公司|股份公司|会计师事务所|律师事务所|合作社|个体工商户|商行|经营部"
_EN_FORMS = r"(?:Inc|Ltd|LLC|LLP|PLC|Corp|Co|GmbH|AG|KG|SARL|SAS|BV|NV|SpA|Srl|AB|Oy|ApS|Pty Ltd|Limited|Corporation|Company|Holdings)\b\.?"
_NO_PART = "在与和及是由给向把被让从到去为的了请找问跟对"

CHINESE = Recogniser(
    label="COMPANY",
    kind="company",
    hint=_ZH_FORMS,
    pattern=re.compile(rf"(?:(?![{_NO_PART}])[\u4e00-\u9fffA-Za-z0-9()]){{2,24}}?(?:{_ZH_FORMS})(?:[\u4e00-\u9fff]{{2,6}}分公司)?"),
)

ENGLISH = Recogniser(
    label="COMPANY",
    kind="company",
    hint=_EN_FORMS,
    pattern=re.compile(
        rf"\b[A-Z][A-Za-z0-9&'-]{{0,30}}(?:,? (?:(?:and|of|&) )?[A-Z][A-Za-z0-9&'-]{{0,30}}){{0,4}},? {_EN_FORMS}", re.ASCII
    ),
)
