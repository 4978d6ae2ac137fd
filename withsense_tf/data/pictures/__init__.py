"""Photo files -> pixels, looks, and what their files say of them."""
