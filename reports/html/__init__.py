"""The HTML report: its sections, its pictures and its templates."""
