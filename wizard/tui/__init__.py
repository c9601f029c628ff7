"""The guided app: draws a store of plain data that the engine's events fill, and decides nothing."""
