"""What does waybill think? Everything that decides, and nothing that touches the world."""
