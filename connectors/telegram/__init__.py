"""Telegram by its Bot API: updates are kept as they came, and read only later."""
