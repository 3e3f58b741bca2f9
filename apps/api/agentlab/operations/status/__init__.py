"""The status prober: it asks AgentLab how it is as people would, and publishes what it learnt.

It is a process of its own with a store of its own, so that it can tell of an outage of everything
else. It therefore imports nothing of the application.
"""
