"""Place search: what people type, found among sections, stops, landmarks and works.

`hangul` takes letters apart, `wording` takes the question words off, `atlas` lists what there is,
`keys` finds names, `reading` makes places of several names, `finder` ranks and judges how sure.
"""
