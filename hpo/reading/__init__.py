"""Studies read: as records, as tables, in words; and their logs replayed."""
