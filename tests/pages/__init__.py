"""The pages of people who build workflows."""
