"""The exercises in the order in which they build on each other."""

from __future__ import annotations

from tests.operations.exercises import (
    account,
    azure,
    compute,
    directory,
    files,
    jobs,
    provider_account,
    provider_workspace,
    refused,
    scim,
    sign_in,
    undo,
    unity,
    vault,
    workspace,
)
from tests.operations.running import Exercise

EXERCISES: list[Exercise] = [
    *sign_in.EXERCISES,
    *azure.EXERCISES,
    *vault.EXERCISES,
    *directory.EXERCISES,
    *account.EXERCISES,
    *scim.EXERCISES,
    *workspace.EXERCISES,
    *unity.EXERCISES,
    *provider_account.EXERCISES,
    *provider_workspace.EXERCISES,
    *compute.EXERCISES,
    *files.EXERCISES,
    *jobs.EXERCISES,
    *refused.EXERCISES,
    *undo.EXERCISES,
]
