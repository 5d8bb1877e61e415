"""Small tools that know nothing of watchbill: clock, ids, errors, the one outbound HTTP client."""
