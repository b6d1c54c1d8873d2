"""The attention timeline: from recurrent networks to ChatGPT, each date with its source."""
