"""The language of product-specific rules of origin: its tree, how a sentence is read into it, how it prints back.

`tree` is what a rule means; `reading` makes it from the treaties' English and refuses whatever it does not understand;
`wording` prints the canonical sentence, which reads back to the same tree. What it is not: nothing here judges a good.
"""
