"""Systems Manager: which instances its agent speaks for, and port forwarding through them."""
