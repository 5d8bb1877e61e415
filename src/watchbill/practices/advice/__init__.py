"""Advice: what SREs recommend to a partner, and the glass that they break when the partner's thing cannot wait."""
