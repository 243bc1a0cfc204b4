"""How an answer is found: from a case and the rule's tree to tests that are met, not met, or open.

`verdict` is the three-valued logic, `facts` what was declared, `bill` the materials with their values, `shift` the
change in tariff classification, `content` the regional value content, `tolerance` what de minimis waives, `conditions`
the provisos of a rule, `notes` those of section and chapter, `routes` the ways of originating beside the product rule,
`weighing` one alternative as a whole, `found` what a case came to, and `telling` the words of the answer. `quick` finds
the same of plain cases without most of it. All of it is pure.
"""
