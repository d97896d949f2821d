"""How is a text message handed over?"""
