"""What runs while mail goes out: workers, sending, returned mail, alerts. The queue itself is `outbox`."""
