"""Real Terraform against the sandbox's providers."""
