"""Where pretrained weights come from, and where they lie on this machine.

Nothing here can change a number that the digests of the model's own files do not show, so the code
digests of experiments leave this package out (`cs25.digest`).
"""
