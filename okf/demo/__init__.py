"""The demo: an invented charity, its last two years played through the commands, and larger caseloads for trials."""
