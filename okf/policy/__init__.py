"""Decides: plain values in, a decision out. No SQL, no Streamlit, no clock of its own."""
