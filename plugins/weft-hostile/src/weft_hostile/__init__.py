"""Plugins that misbehave, one module for each way."""
