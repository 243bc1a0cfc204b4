"""Trade agreements and their rules of origin as dated data with citation.

`agreements` knows the agreements, their parties and what a certification under each must say; `rules` finds the
product-specific rules that bind a tariff number on a date. What it is not: nothing here says that a good originates.
A certification is its certifier's statement, and evaluating a rule is work for the engine that comes later.
"""
