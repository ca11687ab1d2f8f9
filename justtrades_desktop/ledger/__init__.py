"""Signals and positions on disk: one SQLite file, one thread that writes it."""
