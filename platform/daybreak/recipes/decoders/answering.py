"""What a causal language model says to the beginning of a dialogue or text: its likeliest tokens, each time."""

from typing import Any, NamedTuple

from torch import nn

from daybreak.recipes.decoders import chat

BEGINNING = 0.5
"""Share of a plain text's characters that is given; the rest is what the model may be compared with."""


class Question(NamedTuple):
    """A row to be gone on with: what is given, as the model reads it and as people do, and what came in the data."""

    row: str
    prompt: str
    asked: str
    reference: str


def question(tokenizer: Any, row: str, text: str, messages: str) -> Question:
    """A dialogue up to its last answer, or the first half of a text."""
    if not messages:
        middle = max(1, round(BEGINNING * len(text)))
        return Question(row, text[:middle], text[:middle], text[middle:])
    turns = chat.turns(messages, row)
    last = max(place for place, turn in enumerate(turns) if turn["role"] == "assistant" and turn["content"].strip())
    asked = "\n".join(f"{turn['role']}: {turn['content']}" for turn in turns[:last])
    return Question(row, chat.prompt(tokenizer, turns[:last], row), asked, turns[last]["content"])


def go_on(network: nn.Module, tokenizer: Any, prompt: str, *, is_dialogue: bool, most_tokens: int) -> str:
    """At most so many tokens, up to the end of the turn; greedy, and the network's mode is kept."""
    import torch

    model: Any = network
    ids = tokenizer(prompt, add_special_tokens=not is_dialogue, return_tensors="pt").input_ids
    if not is_dialogue and ids.shape[1] > 1 and ids[0, -1] == tokenizer.eos_token_id:
        ids = ids[:, :-1]
    ids = ids.to(next(network.parameters()).device)
    training = network.training
    network.eval()
    with torch.inference_mode():
        found = model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=most_tokens,
            temperature=None,
            top_p=None,
            top_k=None,
            pad_token_id=tokenizer.pad_token_id,
        )
    network.train(training)
    said: str = tokenizer.decode(found[0, ids.shape[1] :], skip_special_tokens=True)
    return said.strip()
