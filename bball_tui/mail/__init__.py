"""One mail: its words, its bytes, the ways to send it and what servers answer. No queue: that is `outbox`."""
