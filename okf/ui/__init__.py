"""Shows: the router, the sign-in, the Gate and what stands on every page. Streamlit lives here and in pages."""
