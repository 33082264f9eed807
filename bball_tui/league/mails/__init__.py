"""Which mails the league sends to whom, and whether they still hold. Writing one is `mail`, its way out `outbox`."""
