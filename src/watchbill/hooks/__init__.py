"""Alerts in: each module reads one sender's language and speaks in signals. Nothing here stores or decides."""
