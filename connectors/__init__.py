"""One module a channel; they do not know one another."""
