"""Trade agreements, their rules of origin as dated data with citation, and whether a good originates under them.

`agreements` knows the agreements, their parties and what a certification under each must say; `catalogue` finds the
product-specific rules and notes that bind a tariff number on a day, and `rule` reads their language. `determine`
answers an origin case from its bill of materials; `schedules` does the arithmetic of the regulations.

What it is not: a decision. A certification is its certifier's statement, and a determination of a claim is made by
customs; an answer here says what the rules make of the facts that were declared.
"""
