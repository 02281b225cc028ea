"""How fast and how large the hub is, as ratios to floors measured in the same minutes: `python -m bench`.

One module a figure (`accept`, `pipeline`, `end_to_end`, `notify`, `letters`, `memory`, `startup`); `floors` holds the
hand-written programs they are compared with and is reviewed as product; `ab` compares two commits. What runs on the
measured side is a child process with the cores it may use; the senders stay on the other core. Nothing here is part of
a hub: only `make bench` imports it.
"""
