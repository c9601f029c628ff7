"""Data contracts: read, checked and held in one form. Imports no Spark."""

from lakehouse_jobs.contract.check import InvalidContract, check, check_file, load, read
from lakehouse_jobs.contract.located import Defect
from lakehouse_jobs.contract.model import Contract, Field, Model, Source

__all__ = ["Contract", "Defect", "Field", "InvalidContract", "Model", "Source", "check", "check_file", "load", "read"]
