"""What every call passes before moto sees it: the table, policies, faults, the log."""
