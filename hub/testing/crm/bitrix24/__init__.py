"""A portal of Bitrix24 at a socket: as strict, and as silent about mistakes, as the documents of its REST describe.

Source: https://github.com/bitrix24/b24restdocs (read 2026-11-22). `portal` is the fake, `methods` what REST can do,
`records` what it keeps, `events` what it sends. Where the documents leave a choice, the harder one for us is taken: a
call finished twice makes two activities, a text is found in the spelling it was typed in, a queue read without
clearing stays reserved. Made-up people only.
"""

from hub.testing.crm.bitrix24.portal import FakeBitrix24

__all__ = ["FakeBitrix24"]
