"""EventBridge: moto's buses, rules and patterns; targets are reached for real."""
