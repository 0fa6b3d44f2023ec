"""One generated Changchun community: its places, its people, and the tables an office would import."""
