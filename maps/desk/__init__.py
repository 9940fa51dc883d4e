"""The complaint desk: what is true of a place, how sure that is, how to say it. Pure.

`facts` gathers what is known of a place, `judging` decides what that means and how sure it is,
`saying` puts it into sentences with their sources, `asking` makes answers of questions.
"""
