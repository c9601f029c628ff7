"""Plain mode: the guided journey by prompts and appended lines, fit for a screen reader and a dumb terminal."""
