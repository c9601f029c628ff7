"""Contracts as people make them: proposed from a sample. No SDK, no Spark and no front end here."""
