"""The methods of the fake Bot API, by lower-case name; one module a group of methods.

To add one: an async function from `Call` to the `result` of the answer, and a line in its module's table.
"""

from hub.testing.telegram.methods.account import ACCOUNT_METHODS
from hub.testing.telegram.methods.business import BUSINESS_METHODS
from hub.testing.telegram.methods.call import Method
from hub.testing.telegram.methods.editing import EDITING_METHODS
from hub.testing.telegram.methods.inline import INLINE_METHODS
from hub.testing.telegram.methods.members import MEMBER_METHODS
from hub.testing.telegram.methods.receiving import RECEIVING_METHODS
from hub.testing.telegram.methods.sending import SENDING_METHODS

_TABLES = (
    ACCOUNT_METHODS,
    RECEIVING_METHODS,
    SENDING_METHODS,
    EDITING_METHODS,
    INLINE_METHODS,
    BUSINESS_METHODS,
    MEMBER_METHODS,
)
METHODS: dict[str, Method] = {name.lower(): method for table in _TABLES for name, method in table.items()}
