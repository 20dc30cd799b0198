"""A Lightning module, in a file that a spawned process can import."""

from __future__ import annotations

from typing import Any

import lightning
import torch

__all__ = ["Linear", "loader"]


class Linear(lightning.LightningModule):
    """A linear model that starts at zero.

    Args:
        rate: For learning.
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate
        self.layer = torch.nn.Linear(4, 1)
        torch.nn.init.zeros_(self.layer.weight)
        torch.nn.init.zeros_(self.layer.bias)

    def training_step(self, batch: Any, index: int) -> Any:
        return torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])

    def validation_step(self, batch: Any, index: int) -> None:
        loss = torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])
        self.log("val_loss", loss, sync_dist=True)

    def configure_optimizers(self) -> Any:
        return torch.optim.SGD(self.parameters(), self.rate, momentum=0.2)


def loader(x: Any, y: Any) -> Any:
    """All data in one batch for each process."""
    return torch.utils.data.DataLoader(
        torch.utils.data.TensorDataset(torch.from_numpy(x), torch.from_numpy(y)), batch_size=64
    )
