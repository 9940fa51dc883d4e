"""Every word for people: `ko.json` and `en.json`, a code each; `catalogue` reads them, `particles`
chooses the form of a Korean particle.
"""
