"""The contract suite of CRM connectors: inherit it, name the connector and its fake, and these tests are yours.

    class TestBitrix24(CrmContract):
        channel = CHANNEL
        fake = FakeBitrix24

        @staticmethod
        def settings(fake):
            return {"api_url": fake.url, "token": "t0ken-0123456789", "hook_secret": fake.hook_secret}

What the class says:

- `channel`: the exported `CHANNEL`. `fake`: what makes its fake (`hub.testing.crm.surface` says what that can do).
  `settings(fake)`: plain values of a connection to it, secrets included; called before and while the fake serves.
- `signs_body`: the vendor signs what it sends, so one changed bit must be refused. `renews_tokens`: the settings hold
  what renews an access token. `tells_merges`: a joined card says into which. `own_field`: the code of a text field of
  contacts that the fake has. `amount`: a sum that the vendor can hold, where it knows whole numbers only.
- `also`: what else a fault may become with this vendor, by the names of `faults.FAULTS`.
  `refusal(status, retry_after)`: body and headers of a refusal in the vendor's own form.

Checks of parts that the connector or the vendor does not have are not collected at all: nothing is skipped.
"""

from hub.testing.contracts.crm.contract import CrmContract

__all__ = ["CrmContract"]
