"""Where Seedloupe meets programs: each host knows the core and itself, never another host."""
