"""What is declared: the organisation as code. No clock, no network, no database."""
