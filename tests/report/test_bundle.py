"""`doctor --bundle`: a file for an issue. Canaries stand wherever a secret may, and none of them gets out."""

from __future__ import annotations

import base64
import io
import json
import stat
import zipfile
from pathlib import Path

import pytest

from wizard import exits
from wizard.cli import main
from wizard.setup.folder import Folder

FROM_ENV, FROM_FILE, FROM_OPEN_FILE = "Canary1-from-the-env", "Canary2~from/a+file", "Canary3 from a file for all"
LITERAL, IN_COMMENT, IN_STATE = (
    "Canary4-instead-of-a-reference",
    "Canary5-in-a-comment",
    "Canary6IsAnAccountKeyInState==",
)
IN_PLAN, IN_VARIABLES, IN_KEY, IN_SANDBOX = "Canary7-plan", "Canary8-tfvars", "Canary9-key", "Canary10-sandbox"
JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJDYW5hcnkxMSJ9.Q2FuYXJ5MTE"
CANARIES = (FROM_ENV, FROM_FILE, FROM_OPEN_FILE, LITERAL, IN_COMMENT, IN_STATE, IN_PLAN, IN_VARIABLES, IN_KEY,
            IN_SANDBOX, JWT)  # fmt: skip
ANSWERS = f"""\
sign_in:
  method: client_secret
  client_secret: env:CANARY_PLACE  # it was {IN_COMMENT}
service_principal:
  client_secret: file:secret.txt
further:
  - client_secret: file:open.txt
  - client_secret: {LITERAL}
"""
STATE = {
    "version": 4,
    "resources": [
        {
            "mode": "managed",
            "type": "azurerm_storage_account",
            "name": "lakehouse",
            "instances": [{"attributes": {"name": "stadrisk", "primary_access_key": IN_STATE}}],
        },
        {
            "mode": "managed",
            "module": "module.more",
            "type": "databricks_schema",
            "name": "lakehouse",
            "instances": [{"index_key": "gold", "attributes": {}}],
        },
    ],
}


def everything() -> str:
    """What a careless log would hold: each canary, plain and coded."""
    coded = [base64.b64encode(f"client:{canary}".encode()).decode() for canary in CANARIES[:4]]
    known = [FROM_ENV, FROM_FILE, FROM_OPEN_FILE, LITERAL, IN_STATE, JWT]
    return json.dumps({"event": "checked", "step": "foundation", "verdict": "todo", "why": " ".join([*known, *coded])})


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setenv("CANARY_PLACE", FROM_ENV)
    folder = Folder(tmp_path / "lakehouse")
    folder.create()
    folder.update_config({"target": "sandbox"})
    root = folder.terraform("foundation")
    diagnostic = {
        "type": "diagnostic",
        "diagnostic": {"severity": "error", "summary": "refused", "detail": everything()},
    }
    for path, text in {
        folder.answers_file: ANSWERS,
        folder.root / "secret.txt": FROM_FILE,
        folder.root / "open.txt": FROM_OPEN_FILE,
        folder.journal: everything() + '\n{"event":"chec',
        folder.log_file("foundation"): everything() + "\n",
        root / "apply.jsonl": json.dumps({"type": "version"}) + "\n" + json.dumps(diagnostic) + "\n",
        root / "apply.err": everything() + "\n",
        root / "terraform.tfstate": json.dumps(STATE),
        root / "terraform.tfvars.json": json.dumps({"value": IN_VARIABLES}),
        root / "saved.tfplan": IN_PLAN,
        folder.sandbox / "keys" / "ca.key": IN_KEY,
        folder.sandbox / "sandbox.log": IN_SANDBOX,
    }.items():
        folder.write(path, text)
    (folder.root / "open.txt").chmod(0o644)
    return folder


def gathered(folder: Folder, path: Path) -> dict[str, str]:
    assert main(["doctor", "--bundle", str(path), "--folder", str(folder.root), "--json"]) == exits.DONE
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as file:
        return {name: file.read(name).decode() for name in file.namelist()}


def test_no_canary_gets_out_and_what_helps_stays(
    setup: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "support.zip"
    files = gathered(setup, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    whole = "\n".join(files.values()) + capsys.readouterr().out
    assert [canary for canary in CANARIES if canary in whole] == []
    assert "Canary" not in whole
    for canary in CANARIES[:4]:
        for offset in range(3):
            assert base64.b64encode(b"x" * offset + canary.encode())[4:-4].decode() not in whole
    assert "client_secret: env:CANARY_PLACE" in files["answers.yaml"]
    assert json.loads(files["terraform/foundation/addresses.json"]) == [
        "azurerm_storage_account.lakehouse",
        'module.more.databricks_schema.lakehouse["gold"]',
    ]
    assert "refused" in files["terraform/foundation/diagnostics.jsonl"]
    verdicts = json.loads(files["verdicts.json"])
    assert verdicts["steps"]["foundation"]["verdict"] == "todo"
    assert "not asked now" in verdicts["note"]
    assert json.loads(files["doctor.json"])
    assert json.loads(files["versions.json"])["lakehouse-wizard"]


def test_it_names_what_is_inside_and_what_is_left_out(
    setup: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    setup.write(setup.answers_file, f"sign_in: [\n  client_secret: {LITERAL}: no YAML\n")
    files = gathered(setup, tmp_path / "support.zip")
    told = json.loads(capsys.readouterr().out)
    assert set(told["files"]) == set(files)
    assert list(told["left_out"]) == ["answers.yaml"]
    assert "line" in told["left_out"]["answers.yaml"]
    assert all(name in files["README.txt"] for name in [*files, "answers.yaml"] if name != "README.txt")


@pytest.mark.parametrize("config", [None, "format: 99\nsetup_id: 0123456789ab\n", "{", ""])
def test_it_helps_most_where_least_is_right(tmp_path: Path, config: str | None) -> None:
    folder = Folder(tmp_path / "lakehouse")
    folder.root.mkdir()
    if config is not None:
        folder.config_file.write_text(config)
    path = tmp_path / "support.zip"
    assert main(["doctor", "--target", "sandbox", "--bundle", str(path), "--folder", str(folder.root)]) == exits.DONE
    assert "versions.json" in zipfile.ZipFile(path).namelist()
    assert not folder.private.exists()
