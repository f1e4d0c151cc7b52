"""The belief encoder: all executors' beliefs to one group representation E."""

from __future__ import annotations

from torch import Tensor, nn

__all__ = ["BeliefEncoder", "MeanBelief"]


class BeliefEncoder(nn.Module):
    """Self-attention with several heads over {b_i}, mean-pooled and projected: E (..., belief).

    Each block is attention and feed-forward with a residual around both and normalization before
    them. Permuting the executors leaves E unchanged.
    """

    def __init__(
        self, belief: int, *, heads: int, blocks: int, feed_forward: int, dropout: float
    ) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            nn.TransformerEncoderLayer(
                belief, heads, feed_forward, dropout, batch_first=True, norm_first=True
            )
            for _ in range(blocks)
        )
        self.project = nn.Linear(belief, belief)

    def forward(self, beliefs: Tensor) -> Tensor:
        """Return E (..., belief) of beliefs (..., n, belief)."""
        tokens = beliefs.reshape(-1, *beliefs.shape[-2:])
        for block in self.blocks:
            tokens = block(tokens)
        pooled = self.project(tokens.mean(dim=1))
        return pooled.reshape(*beliefs.shape[:-2], beliefs.shape[-1])


class MeanBelief(nn.Module):
    """The ablation without an encoder: E is the plain mean of the beliefs, without parameters."""

    def forward(self, beliefs: Tensor) -> Tensor:
        """Return the mean (..., belief) of beliefs (..., n, belief)."""
        return beliefs.mean(dim=-2)
