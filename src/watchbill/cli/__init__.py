"""Commands. Each module is imported only when its command runs: start-up time is latency for people."""
