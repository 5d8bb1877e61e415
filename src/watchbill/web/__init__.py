"""The web: the gate, the pages and the API for programs. It holds no SQL and no rule; it asks the services."""
