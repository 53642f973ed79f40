"""Which AWS the services work on, and what of the user's environment reaches it."""

import json
from pathlib import Path

import pytest
from airflow.providers.amazon.aws.hooks.base_aws import AwsGenericHook

from embedded.aws import is_simulated, require_clear
from embedded.environment import Ports, airflow_environment, given_by_user
from embedded.errors import EmbeddedError
from embedded.home import Home
from include.settings import Settings

HOSTS = {
    "autoscaling": "autoscaling",
    "cloudwatch": "monitoring",
    "ec2": "ec2",
    "scheduler": "scheduler",
    "service-quotas": "servicequotas",
    "sns": "sns",
    "ssm": "ssm",
    "sts": "sts",
}
REAL = Ports(ui=8080, ec2=None)
PROFILES = """
[profile production]
region = eu-central-1
aws_access_key_id = AKIAPROFILE
aws_secret_access_key = of-the-profile
[profile no-region]
aws_access_key_id = AKIAPROFILE
aws_secret_access_key = of-the-profile
[profile private]
region = eu-central-1
aws_access_key_id = AKIAPROFILE
aws_secret_access_key = of-the-profile
services = private
[services private]
ssm =
  endpoint_url = https://ssm.example.com
"""


@pytest.fixture(autouse=True)
def _a_machine_without_aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of whoever runs the tests; their configuration file is ours."""
    (tmp_path / "config").write_text(PROFILES)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("TIER1_DATABASE_URL", "postgresql://db/tier1")
    home = Home(tmp_path / "home")
    home.create()
    (home.path / "postgres").mkdir()
    (home.path / "postgres/postmaster.pid").write_text("\n\n\n\n/run\n")
    return home


def seen_by_airflow(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this process have the environment that Airflow's processes have."""
    env = airflow_environment(home, REAL)
    for name, value in env.items():
        if name.startswith(("AWS_", "TIER1_", "AIRFLOW_CONN_")):
            monkeypatch.setenv(name, value)


def client(service: str):
    hook = AwsGenericHook(aws_conn_id="aws_default", client_type=service)
    return hook.get_client_type()


@pytest.mark.parametrize("service", HOSTS)
def test_on_aws_itself_each_service_is_asked_at_its_own_host(home, monkeypatch, service):
    monkeypatch.setenv("TIER1_AWS", "real")
    monkeypatch.setenv("AWS_PROFILE", "production")
    require_clear()
    seen_by_airflow(home, monkeypatch)
    found = client(service)
    assert found.meta.endpoint_url == f"https://{HOSTS[service]}.eu-central-1.amazonaws.com"
    assert found._request_signer._credentials.access_key == "AKIAPROFILE"


def test_keys_and_region_of_the_environment_reach_the_clients_as_they_are(home, monkeypatch):
    monkeypatch.setenv("TIER1_AWS", "real")
    for name, value in {
        "AWS_ACCESS_KEY_ID": "AKIAKEY",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
        "AWS_DEFAULT_REGION": "us-gov-west-1",
    }.items():
        monkeypatch.setenv(name, value)
    require_clear()
    seen_by_airflow(home, monkeypatch)
    found = client("ec2")
    credentials = found._request_signer._credentials
    assert (credentials.access_key, credentials.token) == ("AKIAKEY", "token")
    assert found.meta.endpoint_url == "https://ec2.us-gov-west-1.amazonaws.com"


def test_no_secret_of_the_environment_is_in_the_connection(home, monkeypatch):
    monkeypatch.setenv("TIER1_AWS", "real")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAKEY")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    connection = json.loads(airflow_environment(home, REAL)["AIRFLOW_CONN_AWS_DEFAULT"])
    assert connection == {"conn_type": "aws"}


def test_an_endpoint_of_one_service_is_for_that_service_only(home, monkeypatch):
    monkeypatch.setenv("TIER1_AWS", "real")
    monkeypatch.setenv("AWS_PROFILE", "private")
    monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", "https://vpce-1.ec2.eu-central-1.vpce.amazonaws.com")
    require_clear()
    seen_by_airflow(home, monkeypatch)
    assert client("ec2").meta.endpoint_url == "https://vpce-1.ec2.eu-central-1.vpce.amazonaws.com"
    assert client("ssm").meta.endpoint_url == "https://ssm.example.com"
    assert client("sts").meta.endpoint_url == "https://sts.eu-central-1.amazonaws.com"


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_ROLE_ARN", "AWS_CA_BUNDLE", "AWS_X"])
def test_nothing_that_boto3_may_read_is_lost(home, monkeypatch, name):
    monkeypatch.setenv("TIER1_AWS", "real")
    monkeypatch.setenv(name, "as it is")
    assert airflow_environment(home, REAL)[name] == "as it is"


@pytest.mark.parametrize(
    ("environ", "simulated"),
    [
        ({}, True),
        ({"AWS_PROFILE": "production"}, True),
        ({"TIER1_AWS": "", "AWS_ENDPOINT_URL": ""}, True),
        ({"TIER1_AWS": "real"}, False),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}, False),
    ],
)
def test_without_a_word_of_the_user_it_is_simulated(environ, simulated):
    assert is_simulated(environ) is simulated


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"TIER1_AWS": "yes"}, "TIER1_AWS='yes'.*set it to real"),
        ({"TIER1_AWS": "Real"}, "set it to real"),
        ({"TIER1_AWS": "real", "AWS_ENDPOINT_URL": "http://127.0.0.1:5000"}, "contradict"),
        ({"AWS_ENDPOINT_URL": "https://ec2.us-east-1.amazonaws.com"}, "TIER1_AWS=real instead"),
        ({"AWS_ENDPOINT_URL": "https://ec2.cn-north-1.amazonaws.com.cn/"}, "TIER1_AWS=real instead"),
        ({"AWS_ENDPOINT_URL": "https://ec2.eu-west-1.api.aws"}, "TIER1_AWS=real instead"),
        ({"AWS_ENDPOINT_URL": "https://EC2.us-east-1.AMAZONAWS.com:443"}, "TIER1_AWS=real instead"),
        ({"AWS_ENDPOINT_URL": "https://vpce-1.ec2.us-east-1.vpce.amazonaws.com"}, "AWS_ENDPOINT_URL_EC2"),
        ({"TIER1_AWS": "real", "AWS_PROFILE": "no-region"}, "no region.*AWS_DEFAULT_REGION"),
        ({"TIER1_AWS": "real", "AWS_PROFILE": "no-region", "AWS_REGION": "eu-west-1"}, "AWS_DEFAULT_REGION"),
        ({"TIER1_AWS": "real", "AWS_PROFILE": "missing"}, r"profile \(missing\)"),
        ({"TIER1_AWS": "real", "AWS_DEFAULT_REGION": "us-east-1"}, "no credentials"),
    ],
)
def test_what_cannot_be_meant_is_said_before_anything_starts(monkeypatch, environ, message):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(EmbeddedError, match=message):
        require_clear()


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:5000", "http://localstack:4566", "https://amazonaws.com.example.org"]
)
def test_another_endpoint_is_for_all_services_as_before(monkeypatch, url):
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    require_clear()


def test_services_are_not_taken_for_those_of_another_account():
    one, other = {"TIER1_AWS": "real", "AWS_PROFILE": "a"}, {"TIER1_AWS": "real", "AWS_PROFILE": "b"}
    assert given_by_user(one) != given_by_user(other)
    assert given_by_user({"AWS_PROFILE": "a"}) == given_by_user({})  # the simulator asks for none


def test_the_settings_know_that_it_is_none_of_theirs(monkeypatch):
    monkeypatch.setenv("TIER1_AWS", "real")
    Settings()  # pyright: ignore[reportCallIssue]


def test_the_instance_of_the_settings_file_is_the_one_that_is_resized(home, monkeypatch, tmp_path):
    (tmp_path / "tier1.toml").write_text('instance_id = "i-0b"')
    monkeypatch.setitem(Settings.model_config, "toml_file", tmp_path / "tier1.toml")
    assert airflow_environment(home, REAL)["TIER1_INSTANCE_ID"] == "i-0b"
    monkeypatch.setenv("TIER1_INSTANCE_ID", "i-0a")
    assert airflow_environment(home, REAL)["TIER1_INSTANCE_ID"] == "i-0a"
