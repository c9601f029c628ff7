"""Where input comes from: files."""
