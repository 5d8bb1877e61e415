"""Incidents (practice B5): alerts, and the incidents that they are grouped into."""
