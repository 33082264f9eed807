"""The mails that bring a chat's link to families: promised here, and sent by `delivery` like all others."""
