"""What every call stands on: settings, the event loop, worker threads, events and the ledger."""
