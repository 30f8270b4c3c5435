import pytest

from moushi.errors import InvalidSetting, UnknownSetting
from moushi.settings import SETTINGS, Settings


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://owner:hunter2@host/shop", "postgresql://owner:…@host/shop"),
        ("postgresql://owner:hun/ter@2@host/shop", "postgresql://owner:…@host/shop"),
        ("postgresql://owner@host/shop", "postgresql://owner@host/shop"),
        ("sqlite:////data/a:b@c.db", "sqlite:////data/a:b@c.db"),
    ],
)
def test_a_password_is_not_shown(url, shown):
    settings = Settings(explicit={"database_url": url}, environment={})
    assert settings.shown() == {**settings, "database_url": shown}


def test_explicit_wins_over_environment_over_file_over_default():
    environment = {"MOUSHI_SEED": "2", "MOUSHI_THREADS": "2", "OTHER": "x"}
    settings = Settings({"seed": 1, "threads": 1, "timezone": "Asia/Shanghai"}, {"seed": 3}, environment)
    assert settings["seed"] == 3
    assert settings["threads"] == 2
    assert settings["timezone"] == "Asia/Shanghai"
    assert settings["horizon_days"] == 28


def test_an_unknown_name_is_refused_with_the_list():
    with pytest.raises(UnknownSetting) as caught:
        Settings({"colour": "red"}, environment={})
    assert "'colour' in moushi.toml" in str(caught.value)
    assert "currency" in str(caught.value)
    assert isinstance(caught.value, KeyError)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seed", "many"),
        ("seed", -1),
        ("seed", True),
        ("holdout_share", 0.95),
        ("language", "fr"),
        ("currency", "euro"),
        ("default_country", "Germany"),
        ("timezone", "Mars/Olympus"),
    ],
)
def test_a_value_that_cannot_be_is_refused(name, value):
    with pytest.raises(InvalidSetting) as caught:
        Settings(explicit={name: value}, environment={})
    assert name in str(caught.value)
    assert "Set it to" in str(caught.value)


def test_every_default_is_a_value_the_setting_allows():
    for setting in SETTINGS.values():
        assert setting.default is None or setting.parse(setting.default, "default") == setting.default
        assert setting.help


def test_only_settings_that_affect_a_stage_are_its():
    settings = Settings(environment={})
    assert "seed" in settings.affecting("forecast")
    assert "threads" not in settings.affecting("forecast")
