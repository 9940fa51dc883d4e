"""The four files of a report. Each writer takes a document and gives the bytes of a file: the same
document twice gives the same bytes.
"""
