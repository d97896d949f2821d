"""What can one say to waybill at a prompt? One module per command, or per small family of commands."""
