"""Every endpoint by everybody who may call."""
