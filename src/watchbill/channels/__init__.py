"""Pages out: one module for each way to reach somebody. A channel sends one message and bounds its own time."""
