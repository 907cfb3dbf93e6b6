"""SMS written to files: for a laptop, where nobody must receive anything."""

import uuid
from pathlib import Path

from declic.messaging.gateways import Delivery, Receipt
from declic.messaging.sms import count_parts


class FileGateway:
    """Writes each SMS to a file of `folder` and says that it was delivered."""

    def __init__(self, folder: Path, *, credit_mills: int) -> None:
        self.folder, self.credit_mills = folder, credit_mills

    def send(self, number: str, text: str, sender: str) -> Receipt:
        """Write one file, named by the id that the receipt gives."""
        self.folder.mkdir(parents=True, exist_ok=True)
        provider_id, parts = uuid.uuid4().hex, count_parts(text)
        (self.folder / f"{provider_id}.txt").write_text(f"{sender} → {number}\n\n{text}\n", encoding="utf-8")
        return Receipt(provider_id, parts, self.estimate(parts))

    def delivery(self, provider_id: str) -> Delivery:
        """Delivered when the file is there."""
        return Delivery.DELIVERED if (self.folder / f"{provider_id}.txt").exists() else Delivery.PENDING

    def estimate(self, parts: int) -> int:
        """What the parts would cost, in thousandths of a euro."""
        return parts * self.credit_mills
