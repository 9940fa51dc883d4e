"""A closure as people type it: `reading` and `clocks` read the text, `placing` finds its roads."""
