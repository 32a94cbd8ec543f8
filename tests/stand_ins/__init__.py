"""Stand-ins of frameworks for the pages of ``fixtures``: what their documentation says of gradients, and no more."""
