"""The status page from inside: what its prober knows, and what administrators say there.

The prober needs nothing of this; see `operations/status`.
"""
