"""The bench: fills a throwaway database at the size of an operator or of a region, and measures the pages on it."""
