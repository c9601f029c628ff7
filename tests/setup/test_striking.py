"""No secret leaves: known values in any coding, and what has the look of one; what is none stays readable."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from wizard.setup.striking import STRUCK, Striker

CANARY = 'Ca8Q+nary/"value"~with=odd&signs'
JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLW9mLXRoZS1jYW5hcnk"
LOOKS = {
    JWT: JWT,
    JWT[:60]: JWT[:60],
    "Authorization: Bearer abcdefgh12345678": "abcdefgh12345678",
    "token dapi" + "0123456789abcdef" * 2: "0123456789abcdef",
    "the secret is abc8Q~" + "x" * 34: "x" * 34,
    "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=Zm9vYmFy==;EndpointSuffix=x": "Zm9vYmFy",
    "Endpoint=sb://x/;SharedAccessKeyName=root;SharedAccessKey=q1w2e3r4t5=": "q1w2e3r4t5",
    "https://a.blob.core.windows.net/c?sv=2024&sig=AbCd%2BEf%3D&se=2": "AbCd%2BEf",
    "https://user:pass-word1@host/path": "pass-word1",
    '{"client_secret": "hunter2hunter2"}': "hunter2hunter2",
    '{"line": "{\\"password\\": \\"hunter2hunter2\\"}"}': "hunter2hunter2",
    "client_secret: hunter2hunter2": "hunter2hunter2",
    "TF_VAR_client_secret=hunter2hunter2 terraform plan": "hunter2hunter2",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----": "MIIEow",
}
HARMLESS = (
    "client_secret: env:LAKEHOUSE_CLIENT_SECRET",
    '{"client_secret": "sandbox:lakehouse-wizard"}',
    "create databricks_secret_scope.lakehouse, named scope-adbdrisk",
    "write secret client-id into the scope",
    "POST https://login.microsoftonline.com/8a52c7e9-0f14-4d3b-b6e8-2c9d5f7a1043/oauth2/v2.0/token",
    "abfss://catalog@stadrisk.dfs.core.windows.net/managed",
)


@pytest.mark.parametrize(
    "text",
    [
        CANARY,
        json.dumps({"any": CANARY}),
        quote(CANARY, safe=""),
        *(base64.b64encode(before + CANARY.encode() + b"after").decode() for before in (b"", b"x", b"xy", b"a:b:")),
        base64.urlsafe_b64encode(CANARY.encode()).decode(),
        CANARY.encode().hex(),
    ],
)
def test_a_known_value_goes_in_every_coding(text: str) -> None:
    struck = Striker([CANARY])(f"before {text} after")
    assert STRUCK in struck
    assert CANARY not in struck
    assert text[8:24] not in struck


@pytest.mark.parametrize("text", LOOKS)
def test_what_has_the_look_of_a_secret_goes_unknown_as_it_is(text: str) -> None:
    struck = Striker([])(text)
    assert LOOKS[text] not in struck
    assert STRUCK in struck


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_no_secret_stays_readable(text: str) -> None:
    assert Striker(["short"])(text) == text
