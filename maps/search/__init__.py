"""Place search: what people type or say, found among stretches, stops, landmarks and works.

`hangul` takes letters apart, `wording` takes the question words off, `entries` lists what there is,
`keys` finds names, `reading` makes places of several names, `finder` ranks and says how sure it is.
"""
