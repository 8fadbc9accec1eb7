"""Many watchers, many runs, and readers that stop reading; also an app for servers."""
