"""What the Databricks clients send again by themselves, and what they leave to a look at the world."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from databricks.sdk import AccountClient
from databricks.sdk.errors import InternalError
from databricks.sdk.service.catalog import CreateAccountsMetastore

from tests.clouds import of_its_own
from tests.steps.early import Setup, open_setup
from wizard.steps.problems import from_exception

ACCOUNTS = {"host": "accounts"}


@pytest.fixture(scope="module")
def setup(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setup]:
    folder = tmp_path_factory.mktemp("clients")
    with of_its_own(folder / "state", "clean") as cloud:
        yield open_setup(cloud, folder)


@pytest.fixture
def account(setup: Setup) -> Iterator[AccountClient]:
    account = setup.world.account_by_id(setup.context("test"), setup.connection.info["account_id"], "operator")
    yield account
    setup.connection.clear_faults()
    for one in account.metastores.list():
        account.metastores.delete(str(one.metastore_id), force=True)


@dataclass
class Sent:
    """How many requests of a method came in since it was made."""

    setup: Setup
    before: int = field(init=False)

    def __post_init__(self) -> None:
        self.before = len(self.setup.connection.requests())

    def count(self, method: str) -> int:
        asked = self.setup.connection.requests()[self.before :]
        return len([one for one in asked if (one["host"], one["method"]) == ("accounts", method)])


def make_metastore(account: AccountClient) -> None:
    account.metastores.create(metastore_info=CreateAccountsMetastore(name="one", region="brazilsouth"))


@pytest.mark.parametrize("kind", ["error", "cut_body", "lost_response", "throttled"])
def test_a_read_is_sent_again(setup: Setup, account: AccountClient, kind: str) -> None:
    sent = Sent(setup)
    setup.connection.add_fault(kind, match=ACCOUNTS, seconds=0)
    assert list(account.metastores.list()) == []
    assert sent.count("GET") == 2


@pytest.mark.parametrize(("kind", "made"), [("error", 0), ("cut_body", 1), ("lost_response", 1), ("timeout", 1)])
def test_what_may_have_been_made_is_not_sent_again_and_the_failure_is_known_to_pass(
    setup: Setup, account: AccountClient, kind: str, made: int
) -> None:
    sent = Sent(setup)
    setup.connection.add_fault(kind, match=ACCOUNTS, mutating=True, seconds=0)
    with pytest.raises((InternalError, OSError)) as failure:
        make_metastore(account)
    assert from_exception(failure.value).transient
    assert sent.count("POST") == 1
    assert len(list(account.metastores.list())) == made


def test_a_server_that_goes_on_failing_is_given_up(setup: Setup, account: AccountClient) -> None:
    sent = Sent(setup)
    setup.connection.add_fault("error", match=ACCOUNTS, count=0)
    with pytest.raises(InternalError):
        list(account.metastores.list())
    assert sent.count("GET") == 4
