"""The API for programs, under /api/v1: one module per subject, each with its answers and its routes."""

API = "/api/v1"
