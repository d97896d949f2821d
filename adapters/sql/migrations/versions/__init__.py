"""Which steps were there, one after the other?"""
