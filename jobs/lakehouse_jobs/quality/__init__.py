"""Rules on rows and on data as a whole, compiled to SQL text; nothing here needs Spark."""
