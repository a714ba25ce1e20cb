"""Records in, figure out: plain Plotly dictionaries and small SVG pictures, pure."""
