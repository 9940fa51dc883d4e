"""Reports of a day, a week, a month and a quarter: one template, four files of the same figures."""
