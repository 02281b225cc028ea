"""The revisions, oldest first by name; see `hub.store.migrations`."""
