"""One module a command; each has `main(arguments) -> exit code`, loaded only when it is called."""
