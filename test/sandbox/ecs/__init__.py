"""ECS: moto's clusters and task definitions; tasks are processes on this machine."""
