"""Who signed this, and how do we sign and make a request of our own? The lowest layer, shared by all neighbours."""
