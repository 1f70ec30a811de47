"""What is learned of dialogues and texts, and the numbers that come of it, against a plain computation."""

import json
import math
from typing import Any

import pytest
import torch
from torch.nn import functional

from daybreak.errors import DataError, ModelError
from daybreak.recipes import generate
from daybreak.recipes.base import IGNORED, Batch, Example, Rows
from daybreak.training.bases import tokenizer as tokenizers

SAID = [
    {"role": "user", "content": "还有房吗？"},
    {"role": "assistant", "content": "有的。"},
    {"role": "user", "content": "Until when?"},
    {"role": "assistant", "content": "Until 12."},
]


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    return tokenizers.train_bytes([turn["content"] for turn in SAID], 400, 128)


@pytest.fixture
def network() -> torch.nn.Module:
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(3)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    made: torch.nn.Module = LlamaForCausalLM(LlamaConfig(vocab_size=400, pad_token_id=0, **sizes))
    return made.eval()


def _rows(*messages: object, texts: tuple[str, ...] = ()) -> Rows:
    told = [json.dumps(each, ensure_ascii=False) for each in messages] or [""] * len(texts)
    count = len(told)
    return Rows([f"r{place}" for place in range(count)], texts or [""] * count, [""] * count, told)


def _learned(example: Example, tokenizer: Any) -> str:
    return str(tokenizer.decode([target for target in example.targets if target != IGNORED]))


def test_only_what_the_assistant_says_is_learned(tokenizer: Any) -> None:
    (example,) = generate.examples(_rows(SAID), [""], tokenizer, 500)
    assert _learned(example, tokenizer) == "有的。<|im_end|>Until 12.<|im_end|>"
    assert len(example.ids) == len(example.targets)
    places = [place for place, target in enumerate(example.targets) if target != IGNORED]
    assert [example.ids[place + 1] for place in places] == [example.targets[place] for place in places]
    assert tokenizer.decode(example.ids[: places[0] + 1]).endswith("<|im_start|>assistant\n")


def test_of_a_text_everything_is_learned_and_its_end(tokenizer: Any) -> None:
    (example,) = generate.examples(_rows(texts=("Until 12. 有的。",)), [""], tokenizer, 500)
    assert tokenizer.decode(example.ids) == "Until 12. 有的。<|im_end|>"
    assert example.targets == [*example.ids[1:], IGNORED]
    assert example.cut == 0


def test_what_is_cut_is_counted(tokenizer: Any) -> None:
    (whole,) = generate.examples(_rows(SAID), [""], tokenizer, 500)
    (cut,) = generate.examples(_rows(SAID), [""], tokenizer, 30)
    assert (len(cut.ids), cut.cut) == (30, len(whole.ids) - 30)
    assert list(cut.targets) == list(whole.targets[:30])


@pytest.mark.parametrize(
    ("messages", "texts", "message"),
    [
        ((), (" ",), "row r0 has neither text nor dialogue"),
        (("no list",), (), "the dialogue of row r0 cannot be read"),
        (([{"role": "user", "content": "好"}],), (), "nobody answers in the dialogue of row r0"),
        (([{"role": "robot", "content": "好"}],), (), "has the role 'robot'; expected one of system, user"),
    ],
)
def test_rows_that_teach_nothing_are_named(
    tokenizer: Any, messages: tuple[object, ...], texts: tuple[str, ...], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        generate.examples(_rows(*messages, texts=texts), [""], tokenizer, 64)


def test_numbers_agree_with_a_plain_computation(tokenizer: Any, network: torch.nn.Module) -> None:
    examples = generate.examples(_rows(SAID, SAID[:2], SAID[2:]), [""], tokenizer, 500)
    lost, count, right = 0.0, 0, 0
    with torch.inference_mode():
        for each in examples:
            logits = network(input_ids=torch.tensor([each.ids])).logits[0]
            wanted = torch.tensor(each.targets)
            learned = wanted != IGNORED
            lost += float(functional.cross_entropy(logits[learned], wanted[learned], reduction="sum"))
            count += int(learned.sum())
            right += int((logits.argmax(-1) == wanted)[learned].sum())
        batch = _batch(examples)
        answers = generate.answer(network, batch)
        assert answers.shape[1] == int((batch.targets != IGNORED).any(0).sum()) < batch.targets.shape[1]
        measured = generate.metrics(generate.observe(answers, batch.targets), [""])
    assert measured["perplexity"] == pytest.approx(math.exp(lost / count), rel=1e-4)
    assert measured["token_accuracy"] == pytest.approx(right / count)
    assert float(generate.loss(answers, batch.targets)) == pytest.approx(lost, rel=1e-4)
    assert generate.weight(batch.targets) == count


def test_a_batch_with_nothing_to_learn_loses_nothing(network: torch.nn.Module) -> None:
    ids = torch.ones((2, 5), dtype=torch.int64)
    batch = Batch(ids, ids, torch.full_like(ids, IGNORED), 10)
    loss = generate.loss(generate.answer(network, batch), batch.targets)
    loss.backward()  # type: ignore[no-untyped-call]  # torch's own
    assert (float(loss.detach()), generate.weight(batch.targets)) == (0.0, 0.0)
    with torch.inference_mode():
        seen = generate.observe(generate.answer(network, batch), batch.targets)
    assert generate.metrics(seen, [""]) == {"perplexity": 1.0, "token_accuracy": 0.0}


def test_a_base_whose_tokens_read_ahead_is_refused() -> None:
    from transformers import BertConfig, BertLMHeadModel

    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
    torch.manual_seed(3)
    reads_ahead = BertLMHeadModel(BertConfig(vocab_size=400, initializer_range=0.5, **sizes))
    with pytest.raises(ModelError, match="a token reads those behind it"):
        generate.build(reads_ahead, [""], 0.0)


def _batch(examples: list[Example]) -> Batch:
    widest = max(len(each.ids) for each in examples)

    def padded(lists: list[list[int]], filler: int) -> torch.Tensor:
        return torch.tensor([[*each, *[filler] * (widest - len(each))] for each in lists])

    ids = padded([list(each.ids) for each in examples], 0)
    mask = padded([[1] * len(each.ids) for each in examples], 0)
    return Batch(ids, mask, padded([list(each.targets) for each in examples], IGNORED), int(mask.sum()))
