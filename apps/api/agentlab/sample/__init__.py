"""The sample portfolio: content in `portfolio.yaml`, `folders/` and `earlier/`."""
