"""What stands in for the outside world: contract suites, fakes at sockets, test databases, the sandbox.

Everything here is part of the product: authors of adapters inherit the suites, newcomers play in the sandbox, tests use
the same fakes. What `hub demo` reaches never imports pytest. What does not belong: patches of our own modules, or fakes
of anything that can run for real. To add a fake, give it a socket and a script of faults.
"""
