"""The ingestion jobs of the lakehouse: contract → bronze → silver. Runs on a cluster without the wizard."""

__version__ = "0.1.0"

PROTOCOL = 2
"""The command line and run record that wizard and job agree on; the job refuses a wizard that speaks another."""
