"""Failures told as what, why and the next action; the known ones are data (problems.yaml)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from wizard.setup.step import Problem
from wizard.steps import pauses
from wizard.text import N_, _

LAST_LINES = 5
_UNKNOWN_WHY = N_("The service refused; its own words are kept below.")
_UNKNOWN_NEXT = N_("Read the service's message; its code and request id are what the service's support asks for.")


@dataclass(frozen=True, slots=True)
class Known:
    """One entry of problems.yaml. `require_match` means that the code alone is not enough; `transient`, that it
    passes by itself. The next action is done by `who`: in `step`, by `command`, or behind `link`."""

    id: str
    what: str
    why: str
    why_found: str | None
    next_action: str
    who: str
    step: str | None
    command: str | None
    link: str | None
    codes: frozenset[str]
    pattern: re.Pattern[str] | None
    require_match: bool
    transient: bool

    def fits(self, text: str, code: str | None) -> bool:
        matched = bool(self.pattern and self.pattern.search(text))
        return matched if self.require_match else matched or (code is not None and code in self.codes)

    def reason(self, text: str) -> str:
        """`why`, or `why_found` with what the expression found in the text; the first place where it found all."""
        if self.pattern is None or self.why_found is None:
            return _(self.why)
        for found in self.pattern.finditer(text):
            if None not in found.groupdict().values():
                return _(self.why_found, **found.groupdict())
        return _(self.why)


@cache
def known() -> tuple[Known, ...]:
    """Every known problem, in the order in which they are tried."""
    text = (files("wizard.steps") / "problems.yaml").read_text(encoding="utf-8")
    return tuple(
        Known(
            id=entry["id"],
            what=entry["what"],
            why=entry["why"],
            why_found=entry.get("why_found"),
            next_action=entry["next_action"],
            who=entry["who"],
            step=entry.get("step"),
            command=entry.get("command"),
            link=entry.get("link"),
            codes=frozenset(entry.get("codes", ())),
            pattern=re.compile(entry["match"], re.DOTALL) if "match" in entry else None,
            require_match=bool(entry.get("require_match")),
            transient=bool(entry.get("transient")),
        )
        for entry in yaml.safe_load(text)
    )


def match(
    text: str,
    *,
    raw_code: str | None = None,
    request_id: str | None = None,
    log: str | None = None,
    retry_after: float | None = None,
) -> Problem:
    """The problem behind a service's words; an unknown one keeps its code, request id and last lines."""
    last = _last_lines(text)
    for entry in known():
        if entry.fits(text, raw_code):
            return Problem(
                what=_(entry.what),
                why=entry.reason(text),
                next_action=_(entry.next_action),
                link=entry.link,
                raw_code=raw_code,
                request_id=request_id,
                raw_message=last,
                log=log,
                transient=entry.transient,
                who=_(entry.who),
                step=entry.step,
                command=entry.command,
                retry_after=retry_after,
            )
    what = _("{code} from the service", code=raw_code) if raw_code else _("Something failed that is not known here")
    return Problem(what, _(_UNKNOWN_WHY), _(_UNKNOWN_NEXT), None, raw_code, request_id, last, log)


# What no service, network or disk raises: a mistake in our own code.
_MISTAKES = (AssertionError, AttributeError, LookupError, NameError, NotImplementedError, TypeError)


def from_exception(error: BaseException, *, log: str | None = None) -> Problem:
    """The problem behind an error of azure-core, azure-identity, databricks-sdk or the network; or of our own."""
    if isinstance(error, _MISTAKES):
        return _defect(error, log)
    text = str(getattr(error, "message", None) or error) or type(error).__name__
    if isinstance(error, OSError) and error.filename and error.strerror:
        text = f"{error.filename}: {error.strerror}"  # as Terraform words it
    code, request_id = _databricks(error) if hasattr(error, "error_code") else _azure(error)
    causes = [str(cause) for cause in _causes(error)]
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    pause = pauses.asked_for(headers) or getattr(error, "retry_after_secs", None)
    return match("\n".join([*causes, text]), raw_code=code, request_id=request_id, log=log, retry_after=pause)


def _defect(error: BaseException, log: str | None) -> Problem:
    return Problem(
        what=_("The wizard itself failed in this step"),
        why=_(
            "{kind}: {text}; this is a defect of the wizard, not of your setup", kind=type(error).__name__, text=error
        ),
        next_action=_("run again with --debug for the traceback, and attach `doctor --bundle` to an issue"),
        raw_code="Defect",
        log=log,
    )


def _databricks(error: BaseException) -> tuple[str | None, str | None]:
    code = getattr(error, "error_code", None)
    details = getattr(error, "get_error_details", None)
    info = getattr(details(), "request_info", None) if callable(details) else None
    return (str(code) if code else None), getattr(info, "request_id", None)


def _azure(error: BaseException) -> tuple[str | None, str | None]:
    code = getattr(getattr(error, "error", None), "code", None)
    response: Any = getattr(error, "response", None)
    headers = getattr(response, "headers", None) or {}
    request_id = headers.get("x-ms-request-id") or headers.get("request-id")
    if not code and (entra := re.search(r"AADSTS\d+", str(error))):
        code = entra.group(0)
    if not code and response is not None and getattr(response, "status_code", None):
        code = f"HTTP {response.status_code}"
    if not request_id and (trace := re.search(r"Trace ID: ([0-9a-f-]{36})", str(error))):
        request_id = trace.group(1)
    return (str(code) if code else None), request_id


def _causes(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    seen = error.__cause__ or error.__context__
    while seen is not None and len(found) < LAST_LINES:
        found.append(seen)
        seen = seen.__cause__ or seen.__context__
    return found


def _last_lines(text: str) -> str:
    lines = [line for line in text.strip().splitlines() if line.strip()]
    return "\n".join(lines[-LAST_LINES:])
