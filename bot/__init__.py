"""The gateway: messages in, turns, the agent's client, the case API, the command line."""
