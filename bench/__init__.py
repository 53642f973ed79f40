"""How fast the product is, against other ways of doing the same work to the same accuracy."""
