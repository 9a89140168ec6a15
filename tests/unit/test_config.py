"""Settings: what is missing or wrong is said in a sentence, and nothing unsafe starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import config
from app.core.i18n import in_locale

SECRET = {"SECRET_KEY": "x" * 40}


def load(tmp_path: Path, demo: bool = False, **environ: str) -> config.Settings:
    return config.load(environ, demo=demo, var=tmp_path)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "SECRET_KEY"),
        ({"SECRET_KEY": "change-me"}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({**SECRET, "HOST": "0.0.0.0"}, "HTTPS"),
        ({**SECRET, "HOST": "opora.example.org", "HTTPS": "1"}, "TRUSTED_HOSTS"),
    ],
)
def test_an_unsafe_system_does_not_serve_and_says_what_to_set(
    tmp_path: Path, environ: dict[str, str], said: str
) -> None:
    with pytest.raises(config.Misconfigured, match=said):
        config.check_for_serving(load(tmp_path, **environ))


@pytest.mark.parametrize(
    "environ",
    [
        {"PORT": "abc"}, {"PORT": "70000"}, {"WORKERS": "many"}, {"TIMEZONE": "Europe/Penza-on-Sura"},
        {"DATABASE_URL": "mysql://x"}, {"DATABASE_URL": "blah"}, {"STORAGE_URL": "s3://bucket"},
        {"CLOCK": "2025-01-22"}, {"TRUSTED_PROXY": "proxy.example"}, {"TRUSTED_PROXY": "*"},
    ],
)  # fmt: skip
def test_a_wrong_setting_is_a_sentence_in_russian(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(config.Misconfigured) as refused, in_locale("ru"):
        load(tmp_path, **environ)
    assert any("а" <= letter <= "я" for letter in str(refused.value).lower())


def test_a_safe_system_serves(tmp_path: Path) -> None:
    config.check_for_serving(load(tmp_path, **SECRET))
    public = load(tmp_path, **SECRET, HOST="0.0.0.0", HTTPS="1", TRUSTED_HOSTS="opora.example.org")
    config.check_for_serving(public)


def test_the_demo_keeps_its_own_secret_and_stays_on_this_machine(tmp_path: Path) -> None:
    first, second = load(tmp_path, demo=True), load(tmp_path, demo=True)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= config.MIN_SECRET_LENGTH
    config.check_for_serving(first)
    with pytest.raises(config.Misconfigured):
        config.check_for_serving(load(tmp_path, demo=True, HOST="0.0.0.0", HTTPS="1", TRUSTED_HOSTS="x"))


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("y" * 40 + "\n", encoding="utf-8")
    assert load(tmp_path, SECRET_KEY_FILE=str(tmp_path / "secret")).secret_key == "y" * 40


def test_every_setting_stands_in_the_readme() -> None:
    import re

    root = Path(config.__file__).parents[1]
    source = (root / "app/config.py").read_text(encoding="utf-8")
    readme = (root / "README.md").read_text(encoding="utf-8")
    names = set(re.findall(r'env(?:\.get\(|\[)"([A-Z_]+)"', source))
    assert len(names) > 10
    assert [name for name in sorted(names) if f"`{name}`" not in readme] == []
