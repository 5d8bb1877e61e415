"""What runs: an ordered list of modules, each stepped on its interval and under its lease, none able to stop another."""
