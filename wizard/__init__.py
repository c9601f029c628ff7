"""Lakehouse Wizard: from an empty Azure subscription to Delta tables with rows in them."""

__version__ = "0.1.0"
