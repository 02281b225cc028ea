"""The form page of a web form connection, and the script and style that sites embed.

What does not belong: what a submission means (`hub.channels.webform`). The files beside this module are served as they
are; they ask nobody else for anything.
"""
