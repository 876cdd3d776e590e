"""EventBridge Scheduler: moto's schedules; when they are due, their targets are invoked."""
