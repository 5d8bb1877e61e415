"""Who may sign in: accounts, sessions, one-time links and API tokens. What they may then do is decided in `org/authority.py`."""
