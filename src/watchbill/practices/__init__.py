"""What SRE teams do: one folder per practice, each with the same doors (model, rules, tables, service)."""
