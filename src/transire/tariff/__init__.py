"""The tariff schedule and its words as dated data with citation: numbers, units, programmes, currencies.

What it is not: no duty is computed here yet, and a rate that cannot be read is said to be unread, never zero.
"""
