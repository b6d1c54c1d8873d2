"""What to read on the lecture: papers, and two walks through the transformer."""

from cs25 import Reading

__all__ = ["READINGS"]

READINGS = (
    Reading(
        "Vaswani et al. 2017",
        "Attention Is All You Need",
        "https://arxiv.org/abs/1706.03762",
    ),
    Reading(
        "Alammar 2018",
        "The Illustrated Transformer",
        "https://jalammar.github.io/illustrated-transformer/",
    ),
    Reading(
        "Rush et al. 2018",
        "The Annotated Transformer",
        "https://nlp.seas.harvard.edu/annotated-transformer/",
    ),
    Reading(
        "Gilmer et al. 2017",
        "Neural Message Passing for Quantum Chemistry",
        "https://arxiv.org/abs/1704.01212",
    ),
    Reading(
        "Veličković et al. 2018",
        "Graph Attention Networks",
        "https://arxiv.org/abs/1710.10903",
    ),
    Reading(
        "Touvron et al. 2023",
        "LLaMA: Open and Efficient Foundation Language Models",
        "https://arxiv.org/abs/2302.13971",
    ),
    Reading(
        "Ben Allal et al. 2025",
        "SmolLM2: When Smol Goes Big - Data-Centric Training of a Small Language Model",
        "https://arxiv.org/abs/2502.02737",
    ),
    Reading(
        "Brown et al. 2020",
        "Language Models are Few-Shot Learners",
        "https://arxiv.org/abs/2005.14165",
    ),
    Reading(
        "Min et al. 2022",
        "Rethinking the Role of Demonstrations: What Makes In-Context Learning Work?",
        "https://arxiv.org/abs/2202.12837",
    ),
    Reading(
        "Pascanu et al. 2013",
        "On the difficulty of training recurrent neural networks",
        "https://arxiv.org/abs/1211.5063",
    ),
    Reading(
        "Jelassi et al. 2024",
        "Repeat After Me: Transformers are Better than State Space Models at Copying",
        "https://arxiv.org/abs/2402.01032",
    ),
    Reading(
        "Bahdanau et al. 2014",
        "Neural Machine Translation by Jointly Learning to Align and Translate",
        "https://arxiv.org/abs/1409.0473",
    ),
    Reading(
        "Szegedy et al. 2015",
        "Rethinking the Inception Architecture for Computer Vision",
        "https://arxiv.org/abs/1512.00567",
    ),
    Reading(
        "Wu et al. 2016",
        "Google's Neural Machine Translation System: Bridging the Gap between Human and "
        "Machine Translation",
        "https://arxiv.org/abs/1609.08144",
    ),
    Reading(
        "Stahlberg & Byrne 2019",
        "On NMT Search Errors and Model Errors: Cat Got Your Tongue?",
        "https://arxiv.org/abs/1908.10090",
    ),
    Reading(
        "Pérez et al. 2021",
        "Attention is Turing-Complete",
        "https://jmlr.org/papers/v22/20-302.html",
    ),
    Reading(
        "Merrill & Sabharwal 2024",
        "The Expressive Power of Transformers with Chain of Thought",
        "https://arxiv.org/abs/2310.07923",
    ),
    Reading(
        "bbchallenge 2025",
        "Determination of the fifth Busy Beaver value",
        "https://arxiv.org/abs/2509.12337",
    ),
    Reading(
        "Dong et al. 2021",
        "Attention is not all you need: pure attention loses rank doubly exponentially with depth",
        "https://arxiv.org/abs/2103.03404",
    ),
    Reading(
        "Wu et al. 2024",
        "On the Role of Attention Masks and LayerNorm in Transformers",
        "https://arxiv.org/abs/2405.18781",
    ),
    Reading(
        "Mikolov et al. 2013",
        "Linguistic Regularities in Continuous Space Word Representations",
        "https://aclanthology.org/N13-1090/",
    ),
    Reading(
        "Levy and Goldberg 2014",
        "Linguistic Regularities in Sparse and Explicit Word Representations",
        "https://aclanthology.org/W14-1618/",
    ),
    Reading(
        "Linzen 2016",
        "Issues in evaluating semantic spaces using word analogies",
        "https://arxiv.org/abs/1606.07736",
    ),
    Reading(
        "Rogers et al. 2017",
        "The (too Many) Problems of Analogical Reasoning with Word Vectors",
        "https://aclanthology.org/S17-1017/",
    ),
    Reading(
        "Fournier et al. 2020",
        "Analogies minus analogy test: measuring regularities in word embeddings",
        "https://arxiv.org/abs/2010.03446",
    ),
    Reading(
        "Chen and Goodman 1999",
        "An Empirical Study of Smoothing Techniques for Language Modeling",
        "https://doi.org/10.1006/csla.1999.0128",
    ),
    Reading(
        "Bengio et al. 2003",
        "A Neural Probabilistic Language Model",
        "https://www.jmlr.org/papers/v3/bengio03a.html",
    ),
    Reading(
        "Fan et al. 2018",
        "Hierarchical Neural Story Generation",
        "https://arxiv.org/abs/1805.04833",
    ),
    Reading(
        "Holtzman et al. 2020",
        "The Curious Case of Neural Text Degeneration",
        "https://arxiv.org/abs/1904.09751",
    ),
    Reading(
        "Welleck et al. 2020",
        "Neural Text Generation with Unlikelihood Training",
        "https://arxiv.org/abs/1908.04319",
    ),
    Reading(
        "Meister et al. 2023",
        "Locally Typical Sampling",
        "https://arxiv.org/abs/2202.00666",
    ),
    Reading(
        "Olsson et al. 2022",
        "In-context Learning and Induction Heads",
        "https://arxiv.org/abs/2209.11895",
    ),
    Reading(
        "Elhage et al. 2021",
        "A Mathematical Framework for Transformer Circuits",
        "https://transformer-circuits.pub/2021/framework/index.html",
    ),
    Reading(
        "Edelman et al. 2024",
        "The Evolution of Statistical Induction Heads: In-Context Learning Markov Chains",
        "https://arxiv.org/abs/2402.11004",
    ),
    Reading(
        "Singh et al. 2024",
        "What needs to go right for an induction head? A mechanistic study of in-context learning "
        "circuits and their formation",
        "https://arxiv.org/abs/2404.07129",
    ),
)
