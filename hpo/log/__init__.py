"""The log of a study: how its events are written, the state machine that folds them, and who is alive beside it."""
