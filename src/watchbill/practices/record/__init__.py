"""The record: what happened, in order, each entry saying which entry caused it; and the audit of what people changed."""
