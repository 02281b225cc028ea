"""The web entrance: takes webhooks, shows the form page, answers health questions.

What does not belong: what a payload means (channels), what happens with it (inbox), SQL. Everything from below comes
in through `hub.web.entrance.Entrance`, bound once by `hub.app`. To add a page: a module with its handlers and an
`add_routes(app)`, called in `server.make_app`.
"""
