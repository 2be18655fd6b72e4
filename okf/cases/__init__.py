"""Cases: their people, access to them, tasks, handing over, opening and closing (C5, C6)."""
