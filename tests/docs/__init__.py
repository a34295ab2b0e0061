"""Pages of the documentation that come from the code, and the test that they still do."""
