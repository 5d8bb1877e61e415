"""On-call (practice B5): schedules, escalation, pages and their delivery."""
