"""Where measurements come in: Prometheus-compatible servers, and targets that watchbill scrapes itself."""
