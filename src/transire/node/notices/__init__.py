"""Notices outside of the portal: what waits in a member's inbox is told by e-mail and to the member's programs.

Whatever presses or is due soon becomes an item of the inbox, reminders of last days among them; this room tells of the
items, and is the only one that does. It says how many wait and when the first is due: no name of a partner, no number
of a document, nothing of its content. Off until the settings name a mail server, or let webhooks be.
"""
