"""The same programs, spelt another way: what the tool makes of them must not show under torch either."""
