"""WhatsApp by its Cloud API: a webhook that only keeps, and a channel that does the rest."""
