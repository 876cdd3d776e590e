"""The sandbox's own account; others are reached by assuming a role of theirs."""

ACCOUNT = "123456789012"
