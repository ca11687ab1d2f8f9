"""A broker on this machine: the same requests, answers and events, with play money."""
