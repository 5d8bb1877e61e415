"""What `watchbill goals test` runs: goals over samples that stand in a file, counted and judged as the server does it."""
