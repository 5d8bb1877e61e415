"""Reliability goals and error budgets (practice B2): the exact per-minute ledger and the burn alerts that read it."""
