"""Pictures beside screens, drawn by the hub itself: figures as bars, digits and nothing else.

A messenger shows PNG and no SVG, and a library for letters would bring a font along; digits need none, in any
language. Whatever a picture says stands in the words of its screen too. To add one: a function that draws a view on a
`Canvas`.
"""
