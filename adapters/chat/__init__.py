"""How is a chat message handed over?"""
