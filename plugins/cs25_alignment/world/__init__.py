"""The world in which RLHF has a right answer: it is small enough to be written down.

`language` has the prompts and the responses, `gold` what is wanted, `corpus` the text to pre-train
on, `policy` the network that answers, and `exact` what the best policy is and how good another is.
"""
