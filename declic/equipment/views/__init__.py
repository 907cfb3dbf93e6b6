"""Pages of the stock, of the allocations and of the ceremonies."""
