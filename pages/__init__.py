"""One page a file, one function a page: render(desk). Nothing here does anything on import."""
