"""The native paths of servers for open models, as far as a client asks them what there is."""
