"""The team's view over all practices: what a team covers, stands watch for and holds now."""
