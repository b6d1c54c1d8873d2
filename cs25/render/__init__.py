"""What a user sees: a result or a note as terminal text, a figure, or one HTML file.

Nothing is imported here. Of the modules, only `figure` needs matplotlib, and none needs torch or
numpy, so an answer from the store costs no more than printing it.
"""
