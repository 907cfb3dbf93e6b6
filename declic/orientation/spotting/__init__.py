"""Spotting (repérage): lists of possible beneficiaries read, checked and imported; then the calls and the funnel."""
