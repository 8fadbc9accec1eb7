"""The pages of people who build workflows: their list, the editor, the way in."""
