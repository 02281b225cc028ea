"""Messenger screens for managers."""
