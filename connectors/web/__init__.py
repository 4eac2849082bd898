"""The chat on a website: the widget, its socket, and the pages around it."""
