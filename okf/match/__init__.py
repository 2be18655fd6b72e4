"""Whether two descriptions are of one person: plain values in, likeness and reasons out. No SQL, no Streamlit."""
