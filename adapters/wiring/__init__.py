"""Who is put together with whom? The composition root: the only package that knows everyone.

Nothing is imported here: a command that only opens the store need not load the console and every provider.
"""
