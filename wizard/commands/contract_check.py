"""`contract check`: every defect of contracts, one a line, with its place. Loads what reads contracts, no more."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from lakehouse_jobs.contract.check import check_file
from lakehouse_jobs.contract.located import Defect

from wizard import exits
from wizard.commands.contract_files import NotThere, found
from wizard.text import _n


def main(arguments: argparse.Namespace) -> int:
    try:
        files = found(arguments.file)
    except NotThere as absent:
        return absent.tell()
    defects = {path: check_file(path, str(path)) for path in files}
    if arguments.json:
        print(json.dumps(_as_data(defects), indent=2, ensure_ascii=False))
    else:
        _tell(defects)
    return exits.INVALID if any(defects.values()) else exits.DONE


def _as_data(defects: dict[Path, list[Defect]]) -> dict[str, object]:
    files = [
        {"file": str(path), "defects": [{k: v for k, v in asdict(each).items() if k != "file"} for each in told]}
        for path, told in defects.items()
    ]
    return {"files": files, "defects": sum(map(len, defects.values()))}


def _tell(defects: dict[Path, list[Defect]]) -> None:
    for told in defects.values():
        for defect in told:
            print(defect)
    number = sum(map(len, defects.values()))
    if number:
        print(_n("{n} defect", "{n} defects", number))
    else:
        print(_n("{n} contract is valid", "{n} contracts are valid", len(defects)))
