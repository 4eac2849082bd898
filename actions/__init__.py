"""What the agent does besides talking: slots in, events out; cases only through HTTP."""
