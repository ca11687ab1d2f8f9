"""What holds the parts together: wiring, start and stop, one process per data folder."""
