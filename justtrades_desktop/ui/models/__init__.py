"""Table models: snapshots of what the core holds, one row each."""
