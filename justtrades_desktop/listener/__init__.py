"""The webhook: alerts over HTTP, checked, read, and handed on."""
