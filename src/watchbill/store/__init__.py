"""SQLite and PostgreSQL behind one door: engines, units of work, column types, migrations."""
