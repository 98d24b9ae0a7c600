"""OpenAI's wire format, and what servers that are compatible with it add."""
