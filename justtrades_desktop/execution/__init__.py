"""From signal to order: what a link wants, what may be sent, and what came of it."""
