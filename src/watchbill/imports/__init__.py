"""Specs of other programs, read into OpenSLO documents, with what became of every field. Pure; opens no file."""
