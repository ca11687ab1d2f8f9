"""The journal's arithmetic: finished trades in columns, chosen, sorted and counted up."""
