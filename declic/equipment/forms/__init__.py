"""The forms of the stock, the allocations and the ceremonies."""
