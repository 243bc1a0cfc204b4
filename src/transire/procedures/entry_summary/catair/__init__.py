"""Records for the customs system: an entry as records AE, a cargo release as records SE, and its answers AX read back.

The columns are data (`layout.json`), each set with its edition and source. Nothing here is certified, and nothing is
sent: a certified filer's software puts the records between its control records (A, B, Y, Z), which hold its password.
What a record could say and the entry does not is listed beside the records, never guessed at.
"""
