"""ECMAScript regular expressions, matched in bounded time."""
