"""Logs in SQL databases, through SQLAlchemy Core."""
