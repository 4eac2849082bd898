"""Platforms that run on this machine, for tests to talk to."""
