"""What the Terraform roots make under keys of their own; tests/steps/test_layout.py holds these to the roots."""

from __future__ import annotations

CONTAINERS = ("raw", "log", "catalog")  # of the storage account; each has its external location
SUBNETS = ("host", "container")
SCHEMAS = ("bronze", "silver", "gold", "ops")
VOLUMES = {"landing": "bronze", "checkpoints": "ops", "libraries": "ops", "runs": "ops"}  # to its schema
