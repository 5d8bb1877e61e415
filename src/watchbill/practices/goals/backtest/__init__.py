"""What `watchbill goals backtest` runs: minutes that were counted, judged again by goals as they are to be."""
