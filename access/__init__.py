"""Who may call: tokens, authentication, the CSRF rule and the API's manners."""
