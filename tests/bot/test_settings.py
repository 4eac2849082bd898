"""Settings: read once, whole, and quiet about secrets."""

import pytest

from bot.settings import BadSettingError, MissingSettingsError, Settings

REQUIRED = {
    "MONGODB_URI": "mongodb://user:store-secret@db/shakwa",
    "SHAKWA_AGENT_URL": "http://127.0.0.1:5005",
    "SHAKWA_INTERNAL_TOKEN": "internal-secret",
    "SHAKWA_SECRET_KEY": "key-secret",
}


def test_what_is_not_given_is_for_development_on_this_machine():
    assert Settings.from_env(REQUIRED) == Settings(
        mongodb_uri="mongodb://user:store-secret@db/shakwa",
        agent_url="http://127.0.0.1:5005",
        internal_token="internal-secret",
        secret_key="key-secret",
        rest_token=None,
        host="127.0.0.1",
        port=8080,
        jurisdiction="kuwait",
        production=False,
        embedded_store=False,
    )


def test_what_is_given_is_taken():
    settings = Settings.from_env(
        REQUIRED
        | {
            "SHAKWA_REST_TOKEN": "rest-secret",
            "SHAKWA_HOST": "0.0.0.0",  # noqa: S104 - what a deployment says
            "SHAKWA_PORT": "9090",
            "SHAKWA_JURISDICTION": "oman",
            "SHAKWA_ENV": "production",
            "SHAKWA_EMBEDDED_STORE": "1",
        }
    )

    assert settings == Settings(
        mongodb_uri="mongodb://user:store-secret@db/shakwa",
        agent_url="http://127.0.0.1:5005",
        internal_token="internal-secret",
        secret_key="key-secret",
        rest_token="rest-secret",
        host="0.0.0.0",  # noqa: S104 - what a deployment says
        port=9090,
        jurisdiction="oman",
        production=True,
        embedded_store=True,
    )


def test_all_that_is_missing_is_named_at_once():
    with pytest.raises(MissingSettingsError) as error:
        Settings.from_env({"SHAKWA_AGENT_URL": "http://127.0.0.1:5005", "MONGODB_URI": ""})

    assert error.value.names == ["MONGODB_URI", "SHAKWA_INTERNAL_TOKEN", "SHAKWA_SECRET_KEY"]
    assert all(name in str(error.value) for name in error.value.names)


@pytest.mark.parametrize("given", [{}, {"SHAKWA_REST_TOKEN": ""}])
def test_production_does_not_start_without_a_rest_token(given: dict[str, str]):
    with pytest.raises(MissingSettingsError) as error:
        Settings.from_env(REQUIRED | given | {"SHAKWA_ENV": "production"})

    assert error.value.names == ["SHAKWA_REST_TOKEN"]


def test_empty_rest_token_is_none_at_all():
    assert Settings.from_env(REQUIRED | {"SHAKWA_REST_TOKEN": ""}).rest_token is None


def test_secrets_stay_out_of_the_repr():
    shown = repr(Settings.from_env(REQUIRED | {"SHAKWA_REST_TOKEN": "rest-secret"}))

    assert "secret" not in shown.replace("secret_key", "")


@pytest.mark.parametrize("port", ["0", "1", "65535"])
def test_port_is_a_number_that_a_port_may_have(port: str):
    assert Settings.from_env(REQUIRED | {"SHAKWA_PORT": port}).port == int(port)


@pytest.mark.parametrize("port", ["", "http", "-1", "65536", "80.0", " 80", "٨٠٨٠", "²"])
def test_what_no_port_may_be_is_refused_by_name(port: str):
    with pytest.raises(BadSettingError, match="SHAKWA_PORT"):
        Settings.from_env(REQUIRED | {"SHAKWA_PORT": port})
