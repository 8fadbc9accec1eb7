"""The API of this room: the tokens by which it is called."""
