"""One morning of that community: what the leaders do, over which network, and whether it all came together."""
