"""Protection of personal data, as SQL for tables and as Python for samples and log lines; nothing here needs Spark."""
