"""Terraform: its binary, command lines, JSON event stream, plans and their summaries. Knows no step."""
