"""The demo: invented people in real municipalities, led through the product's own deeds along a calendar."""
