"""The Rasa agent: its components, its data and its process, on Python 3.10."""
