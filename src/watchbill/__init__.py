"""watchbill: a self-hosted control plane for SRE organisations of any shape."""

__version__ = "0.1.0"
