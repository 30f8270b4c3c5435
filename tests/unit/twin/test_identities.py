import re

import numpy as np
import pytest

from moushi.twin.identities import identities
from moushi.twin.shape import MARKETS

PEOPLE = np.arange(5_000)


@pytest.mark.parametrize("code", list(MARKETS))
def test_accounts_e_mails_and_phones_are_each_persons_own(code):
    who = identities(0, MARKETS[code], PEOPLE, PEOPLE)
    for column in (who.account, who.email, who.phone):
        assert len(set(column.to_pylist())) == len(PEOPLE)
        assert column.null_count == 0


def test_two_accounts_of_one_person_share_all_but_the_account():
    who = identities(0, MARKETS["CN"], np.array([3, 9]), np.array([3, 3]))
    assert who.account[0] != who.account[1]
    for column in (who.name, who.email, who.phone, who.address):
        assert column[0] == column[1]


def test_an_identity_does_not_depend_on_who_else_is_asked_for():
    alone = identities(0, MARKETS["DE"], PEOPLE[7:8], PEOPLE[7:8])
    among = identities(0, MARKETS["DE"], PEOPLE, PEOPLE)
    assert alone.name[0] == among.name[7]
    assert alone.address[0] == among.address[7]


def test_seeds_name_people_differently():
    first, second = (identities(seed, MARKETS["CN"], PEOPLE, PEOPLE).name.to_pylist() for seed in (0, 1))
    assert sum(a == b for a, b in zip(first, second, strict=True)) < 100


def test_chinese_identities_have_chinese_forms():
    who = identities(0, MARKETS["CN"], PEOPLE, PEOPLE)
    assert all(re.fullmatch(r"1[3-9]\d{9}", phone) for phone in who.phone.to_pylist())
    assert all(re.fullmatch(r"[\u4e00-\u9fff]{2,4}", name) for name in who.name.to_pylist())
    assert all(address.endswith("室") for address in who.address.to_pylist())


@pytest.mark.parametrize("code", list(MARKETS))
def test_mail_goes_to_domains_kept_for_examples(code):
    mails = identities(0, MARKETS[code], PEOPLE, PEOPLE).email.to_pylist()
    assert all(re.fullmatch(r"[a-z0-9.]+@(\w+\.)?example\.(com|net|org)", mail) for mail in mails)
